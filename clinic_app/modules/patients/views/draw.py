"""The person's card as every view of it draws it: whose it is, whether it may be shown, what stands on it."""

from dataclasses import fields
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.modules.patients import forms, queries
from clinic_app.modules.patients.rules import guardians
from clinic_app.modules.patients.views import words
from clinic_app.web import pages
from clinic_app.web.access import actor, open_chart

SCREEN = "patient card"


def patient(patient_id: bytes) -> queries.Patient:
    """The record; Missing for an unknown one, Refused `patients.chart_closed` where a reason must be given first."""
    found = queries.patient(patient_id)
    if found is None:
        raise Missing("patients.missing")
    if queries.is_chart_closed(actor(), patient_id, is_clinical=False):
        raise Refused("patients.chart_closed", next_url=url_for("patients.closed", patient_id=patient_id, then="card"))
    return found


def again(found: queries.Patient, status: int, **shown: Any) -> Response:
    """The whole card with what is wrong; htmx swaps it over the page, nothing typed is lost."""
    open_chart(found.id, SCREEN)
    return pages.page("patients/card.html", status=status, **{**values(found), "typed": request.form, **shown})


def allergy_states() -> list[tuple[str, str]]:
    return [("none", _("无已知过敏")), ("known", _("有")), ("unknown", _("还没问"))]


def sexes() -> list[tuple[str, str]]:
    return [
        ("1", pgettext("sex", "男")), ("2", pgettext("sex", "女")), ("0", pgettext("sex", "不详")),
        ("9", pgettext("sex", "未说明")),
    ]  # fmt: skip


def values(found: queries.Patient) -> dict[str, Any]:
    """What `card.html` draws."""
    today, known = clock.today(), queries.details(found.id)
    relations = queries.relations_of(found.id)
    under = parameters.value("patients.guardian_under_years", today)
    village = queries.village(known.village_code) if known.village_code else None
    return {
        "patient": found, "banner": queries.banner(found.id, today), "person": forms.of_patient(found), "errors": {},
        "notices": [], "history": forms.allergies_of_patient(found), "allergy_states": allergy_states(),
        "allergy_name": queries.allergy_name, "details": known, "typed": {}, "both": [],
        "identifiers": queries.identifiers_of(found.id), "kinds": words.document_kinds(), "today": today,
        "linked_allergies": queries.allergies_linked(found.id), "links": queries.link_rows(found.id),
        "is_merged": found.merged_into is not None, "sexes": sexes(), "age_text": queries.age_text,
        "sex_text": queries.sex_text, "aliases": queries.aliases_of(found.id), "relations": relations,
        "histories": queries.histories_of(found.id),
        "consents": queries.consents_of(found.id), "mask_phone": queries.mask_phone, "choices": queries.choices,
        "mask_identity": queries.mask_identity_number, "code_name": queries.code_name, "village": village,
        "village_path": queries.village_path(village) if village else "", "shown": words.shown,
        "missing": queries.missing_fields(found.id), "field_names": words.field_names(),
        "needs_guardian": guardians.needs_guardian(queries.completed_years(found.born_on, today), under_years=under),
        "guardians": [one for one in relations if not one.is_reverse and guardians.may_consent({one.kind})],
        "consent_text": queries.consent_text, "under": under,
    }  # fmt: skip


def both_sides(stored: forms.Person, typed: forms.Person) -> list[tuple[str, str, str]]:
    """Each field that differs after somebody was faster: its name, what is stored now, what was typed here."""
    named = words.field_names()
    pairs = [(one.name, getattr(stored, one.name), getattr(typed, one.name)) for one in fields(forms.Person)]
    return [
        (named[name], words.shown(name, now), words.shown(name, here))
        for name, now, here in pairs
        if name in named and name != "identity_number" and now != here
    ]
