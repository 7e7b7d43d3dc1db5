"""The staff page as it is drawn after each act on it."""

from flask import Response, g, request, url_for

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.rights import ROLES
from clinic_app.modules.people import queries, services
from clinic_app.modules.people.rules import qualifications
from clinic_app.modules.people.views import browser_facts
from clinic_app.web import pages
from clinic_app.web.context import ROLE_NAMES

Refusals = dict[str, Refused]
LEVEL_NAMES = {
    "doctor:physician": "执业医师",
    "doctor:assistant": "执业助理医师",
    "doctor:village": "乡村医生",
    "doctor:trainee": "见习医师，要带教签名",
    "pharmacist:pharmacist": "药师及以上",
    "pharmacist:assistant": "药士",
    "nurse:registered": "注册护士",
    "narcotic:granted": "麻醉和一类精神药处方权",
    "antimicrobial:non_restricted": "抗菌药：非限制级",
    "antimicrobial:restricted": "抗菌药：到限制级",
    "antimicrobial:special": "抗菌药：到特殊级",
}
"""Kinds and levels of `rules.LEVELS` as they are called."""


def done(person_id: bytes, toast: str) -> Response:
    """An administrator who changed the own account has no session any more and lands at sign-in."""
    return pages.see(url_for("people.person", person_id=person_id), toast)


def refused(person_id: bytes, act: str, err: Refused) -> Response:
    """At the act that was tried; the question for the own password stands there too."""
    if is_about_the_form(err):
        raise err
    return staff_page(person_id, {f"{act}.proof" if err.field == "proof" else act: err})


def is_about_the_form(err: Refused) -> bool:
    """No field of it can be put right: an unknown person, or a command key that is missing, used or another's."""
    return isinstance(err, Missing) or err.code.startswith("once.")


def prove_again() -> None:
    services.prove_again(g.session, request.form.get("proof", ""), place=browser_facts.place())


def staff_page(person_id: bytes | None = None, refusals: Refusals | None = None) -> Response:
    found = queries.staff()
    chosen = next((one for one in found if one.person.id == person_id), None)
    if person_id is not None and chosen is None:
        raise Missing("people.unknown")
    return pages.page(
        "people/staff.html",
        status=422 if refusals else 200,
        staff=found,
        chosen=chosen,
        refusals=refusals or {},
        role_names=ROLE_NAMES,
        roles=ROLES,
        typed=request.form,
        now=clock.read().at,
        qualifications=_qualifications(chosen.person.id) if chosen else (),
        levels=LEVEL_NAMES,
        level_choices=[(key, pgettext("qualification", name)) for key, name in LEVEL_NAMES.items()],
    )


def _qualifications(person_id: bytes) -> list[tuple[queries.QualificationRow, bool]]:
    """What is or was held, and whether its renewal must be asked for now."""
    on = clock.read().on
    notice = parameters.value("people.renewal_notice_days", on)
    return [
        (one, one.ended_at is None and qualifications.is_due(one.held, on, notice))
        for one in queries.qualifications_of(person_id)
    ]
