"""One person's card (基本资料): data and allergies."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import forms, queries, services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.patients.views import blueprint, draw, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


class _Doubtful(Exception):
    def __init__(self, sentences: list[str]):
        super().__init__(len(sentences))
        self.sentences = sentences


@blueprint.get("/<id:patient_id>")
@access("patients.view")
def card(patient_id: bytes) -> Response:
    """One person's card; a closed one asks for a reason first."""
    if queries.patient(patient_id) and queries.is_chart_closed(actor(), patient_id, is_clinical=False):
        return pages.see(url_for("patients.closed", patient_id=patient_id, then="card"))
    found = draw.patient(patient_id)
    open_chart(patient_id, draw.SCREEN)
    return pages.page("patients/card.html", **draw.values(found))


@blueprint.get("/<id:patient_id>/changes")
@access("patients.view")
def changes(patient_id: bytes) -> Response:
    """What was changed in the record, by whom and when."""
    found = draw.patient(patient_id)
    open_chart(patient_id, draw.SCREEN)
    return pages.page(
        "patients/changes.html", banner=draw.values(found)["banner"], patient=found,
        changes=queries.changes_of(patient_id), field_names=words.field_names(), shown=words.shown,
    )  # fmt: skip


@blueprint.post("/<id:patient_id>/change")
@access("patients.edit", writes=ONCE)
def change(patient_id: bytes) -> Response:
    """Save the person's data (F9)."""
    known_fields(*forms.PERSON_FIELDS)
    found, person = draw.patient(patient_id), forms.posted_person(request.form)
    try:
        command(lambda uow: _change(uow, found, person))
    except Invalid as err:
        errors = {name: i18n.refusal(one) for name, one in err.refusals.items()}
        return draw.again(found, 422, person=person, errors=errors)
    except _Doubtful as err:
        person.noticed = "1"
        return draw.again(found, 422, person=person, notices=err.sentences)
    except Refused as err:
        if err.field is None:
            raise
        now = draw.patient(patient_id)
        if not isinstance(err, Stale):
            return draw.again(now, 422, person=person, errors={err.field: i18n.refusal(err)})
        stored = forms.of_patient(now)
        person.rev = stored.rev
        both = draw.both_sides(stored, person)
        return draw.again(now, 409, person=person, errors={err.field: i18n.refusal(err)}, both=both)
    return pages.see(url_for("patients.card", patient_id=patient_id), _("资料改好了"))


def _change(uow: UnitOfWork, found: queries.Patient, person: forms.Person) -> dict[str, Any]:
    data = forms.person_data(person, found, uow.on)
    notices = services.notices_of(data, uow.on)
    if notices and person.noticed != "1":
        raise _Doubtful([pgettext("notice", one.code) % one.facts for one in notices])
    details = None
    if "ethnicity" in request.form:
        details = forms.person_details(person, queries.details(found.id))
    return services.change_patient(uow, found.id, data, rev=forms.rev_of(person.rev), details=details)


@blueprint.post("/<id:patient_id>/allergies")
@access("patients.edit", writes=ONCE)
def set_allergies(patient_id: bytes) -> Response:
    """Save the allergy history."""
    known_fields(*forms.ALLERGY_FIELDS)
    found, history = draw.patient(patient_id), forms.posted_allergies(request.form)
    try:
        forms.refuse_unpicked(request.form)
        command(
            lambda uow: services.set_allergies(
                uow, patient_id, history.allergy_state, tuple(history.allergies), rev=forms.rev_of(history.rev)
            )
        )
    except Refused as err:
        if err.field is None:
            raise
        status = 409 if isinstance(err, Stale) else 422
        if isinstance(err, Stale):
            found = draw.patient(patient_id)
            history = forms.joined(history, found)
        return draw.again(found, status, history=history, errors={"allergies": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("过敏史记好了"))


@blueprint.get("/allergens")
@access("patients.edit")
def allergens() -> Response:
    """Allergy groups and drugs for the allergy cell; the typed text itself is always the last choice."""
    typed = request.args.get("allergen", "").strip()
    found = dictionaries.allergens_matching(typed, 7)
    return pages.page("patients/_allergens.html", found=found, typed=typed[:60], is_english=i18n.current() == "en")


@blueprint.post("/allergy-row")
@access("patients.edit")
def allergy_row() -> Response:
    """The allergy row with one entry more or less; writes nothing."""
    history = forms.posted_allergies(request.form)
    kind, code, text = (request.form.get(name, "") for name in ("add_kind", "add_code", "add_text"))
    drop = request.form.get("drop", "")
    if kind and (kind, code or text) not in {(one.kind, one.code or one.text) for one in history.allergies}:
        history.allergies.append(AllergyEntry(kind, code, text))
        history.allergy_state = "known"
    if drop.isdecimal() and int(drop) < len(history.allergies):
        del history.allergies[int(drop)]
    return pages.answer(
        "patients/_allergies.html", focus="#allergen", history=history, errors={},
        allergy_states=draw.allergy_states(), allergy_name=queries.allergy_name,
        linked_allergies=_linked(forms.id_of(request.form.get("patient", ""))),
    )  # fmt: skip


def _linked(patient_id: bytes) -> list[queries.LinkedAllergy]:
    found = queries.allergies_linked(patient_id)
    if found:
        open_chart(patient_id, draw.SCREEN)
    return found
