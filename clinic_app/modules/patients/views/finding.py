"""Finding a person."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import access, actor

MOST_LISTED = 30


@blueprint.get("/")
@access("patients.view", in_menu=True)
def index() -> Response:
    """The search page; `?q=` (Enter in the search line) opens the one person found, else shows who was found."""
    found = _hits()
    if len(found["hits"]) == 1:
        return pages.see(url_for("patients.card", patient_id=found["hits"][0].id))
    return pages.page("patients/index.html", waiting=len(queries.waiting_links()), **found)


@blueprint.get("/search")
@access("patients.view")
def search() -> Response:
    """The hits of a search, names masked outside the care team (PR-03)."""
    return pages.page("patients/_hits.html", **_hits())


def _hits() -> dict[str, Any]:
    typed = request.args.get("q", "")
    return {
        "hits": queries.search(typed, limit=MOST_LISTED) if typed.strip() else [], "typed": typed,
        "is_masked": not actor().roles & CARE_TEAM, "today": clock.today(), "age_text": queries.age_text,
        "sex_text": queries.sex_text, "most": MOST_LISTED,
    }  # fmt: skip
