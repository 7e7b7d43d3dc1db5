"""One person's card: data, allergies, documents."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import forms, queries, services
from clinic_app.modules.patients.services import AllergyEntry, Identifier
from clinic_app.modules.patients.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "patient card"


class _Doubtful(Exception):
    def __init__(self, sentences: list[str]):
        super().__init__(len(sentences))
        self.sentences = sentences


@blueprint.get("/<id:patient_id>")
@access("patients.view")
def card(patient_id: bytes) -> Response:
    """One person's card."""
    found = _patient(patient_id)
    open_chart(patient_id, SCREEN)
    return pages.page("patients/card.html", **_values(found))


@blueprint.post("/<id:patient_id>/change")
@access("patients.edit", writes=ONCE)
def change(patient_id: bytes) -> Response:
    """Save the person's data (F9)."""
    known_fields(*forms.PERSON_FIELDS)
    found, person = _patient(patient_id), forms.posted_person(request.form)
    try:
        command(lambda uow: _change(uow, found, person))
    except Invalid as err:
        return _again(found, 422, person=person, errors={name: i18n.refusal(one) for name, one in err.refusals.items()})
    except _Doubtful as err:
        person.noticed = "1"
        return _again(found, 422, person=person, notices=err.sentences)
    except Refused as err:
        if err.field is None:
            raise
        if isinstance(err, Stale):
            person.rev = str(_patient(patient_id).rev)
        status = 409 if isinstance(err, Stale) else 422
        return _again(_patient(patient_id), status, person=person, errors={err.field: i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("资料改好了"))


def _change(uow: UnitOfWork, found: queries.Patient, person: forms.Person) -> dict[str, Any]:
    data = forms.person_data(person, found, uow.on)
    notices = services.notices_of(data, uow.on)
    if notices and person.noticed != "1":
        raise _Doubtful([pgettext("notice", one.code) % one.facts for one in notices])
    return services.change_patient(uow, found.id, data, rev=forms.rev_of(person.rev))


@blueprint.post("/<id:patient_id>/allergies")
@access("patients.edit", writes=ONCE)
def set_allergies(patient_id: bytes) -> Response:
    """Save the allergy history."""
    known_fields(*forms.ALLERGY_FIELDS)
    found, history = _patient(patient_id), forms.posted_allergies(request.form)
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
            found = _patient(patient_id)
            history = forms.joined(history, found)
        return _again(found, status, history=history, errors={"allergies": i18n.refusal(err)})
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
        "patients/_allergies.html", focus="#allergen", history=history, errors={}, allergy_states=allergy_states(),
        allergy_name=queries.allergy_name, linked_allergies=_linked(forms.id_of(request.form.get("patient", ""))),
    )  # fmt: skip


@blueprint.post("/<id:patient_id>/identifiers")
@access("patients.edit", writes=ONCE)
def add_identifier(patient_id: bytes) -> Response:
    """Note one more document or card."""
    known_fields("document_kind", "document_number")
    found = _patient(patient_id)
    one = Identifier(request.form.get("document_kind", ""), request.form.get("document_number", ""))
    try:
        command(lambda uow: services.add_identifier(uow, patient_id, one))
    except Refused as err:
        if err.field is None:
            raise
        return _again(found, 422, document=one, errors={"document_number": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("证件记好了"))


@blueprint.post("/<id:patient_id>/identifiers/<int:identifier_id>/end")
@access("patients.edit", writes=ONCE)
def end_identifier(patient_id: bytes, identifier_id: int) -> Response:
    """End a document or card that is lost or was mistyped."""
    known_fields()
    command(lambda uow: services.end_identifier(uow, patient_id, identifier_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("证件已停用"))


def allergy_states() -> list[tuple[str, str]]:
    return [("none", _("无已知过敏")), ("known", _("有")), ("unknown", _("还没问"))]


def document_kinds() -> dict[str, str]:
    """Every kind of identifier in words (ID-05, ID-06)."""
    return {
        "01": _("身份证"), "02": _("户口簿"), "03": _("护照"), "04": _("军官证"), "05": _("驾驶证"),
        "06": _("港澳居民通行证"), "07": _("台湾居民通行证"), "health_card": _("健康卡"), "social_card": _("社保卡"),
        "wechat": _("微信"), "alipay": _("支付宝"), "99": _("其他证件"),
    }  # fmt: skip


def _linked(patient_id: bytes) -> list[queries.LinkedAllergy]:
    found = queries.allergies_linked(patient_id)
    if found:
        open_chart(patient_id, SCREEN)
    return found


def _patient(patient_id: bytes) -> queries.Patient:
    found = queries.patient(patient_id)
    if found is None:
        raise Missing("patients.missing")
    return found


def _again(found: queries.Patient, status: int, **shown: Any) -> Response:
    """The whole card with what is wrong; htmx swaps it over the page, nothing typed is lost."""
    open_chart(found.id, SCREEN)
    return pages.page("patients/card.html", status=status, **{**_values(found), **shown})


def _values(found: queries.Patient) -> dict[str, Any]:
    today = clock.today()
    return {
        "patient": found, "banner": queries.banner(found.id, today), "person": forms.of_patient(found), "errors": {},
        "notices": [], "history": forms.allergies_of_patient(found), "allergy_states": allergy_states(),
        "allergy_name": queries.allergy_name,
        "identifiers": queries.identifiers_of(found.id), "kinds": document_kinds(), "document": None,
        "linked_allergies": queries.allergies_linked(found.id), "links": queries.link_rows(found.id),
        "is_merged": found.merged_into is not None,
        "sexes": [
            ("1", pgettext("sex", "男")), ("2", pgettext("sex", "女")), ("0", pgettext("sex", "不详")),
            ("9", pgettext("sex", "未说明")),
        ],
        "age_text": queries.age_text, "sex_text": queries.sex_text, "today": today,
    }  # fmt: skip
