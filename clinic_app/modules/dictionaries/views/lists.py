"""The lists with their search, and a drug or service with its prices."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.dictionaries import queries, services
from clinic_app.modules.dictionaries.queries import item_facts, lists, versions
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FARTHEST = 1_000_000


@blueprint.get("")
@access("dictionaries.view", in_menu=True)
def drugs() -> Response:
    return _list("drugs", lists.drug_rows(text(), clock.today(), skip()))


@blueprint.get("/services")
@access("dictionaries.view")
def services_list() -> Response:
    return _list("services", lists.service_rows(text(), clock.today(), skip()))


@blueprint.get("/diagnoses")
@access("dictionaries.view")
def diagnoses() -> Response:
    return _list("diagnoses", lists.diagnosis_rows(text(), skip()))


@blueprint.get("/allergy-groups")
@access("dictionaries.view")
def allergy_groups() -> Response:
    return _list("groups", lists.group_rows())


@blueprint.get("/<kind>/<id:item_id>")
@access("dictionaries.view")
def item(kind: str, item_id: bytes) -> Response:
    """One drug or service with every price it ever had; the pane alone when the list asks for it."""
    shown = shown_item(kind, item_id)
    if pages.wants_fragment():
        return pages.answer("dictionaries/_item.html", q=text(), skip=skip(), **shown)
    return item_page(shown)


@blueprint.post("/<kind>/<id:item_id>/disable")
@access("dictionaries.manage", writes=ONCE)
def disable(kind: str, item_id: bytes) -> Response:
    """Take an item out of use."""
    known_fields()
    command(lambda uow: services.disable(uow, kind, item_id))
    return pages.see(item_url(kind, item_id), i18n.gettext("已停用，不再出现在开单里"))


@blueprint.post("/<kind>/<id:item_id>/enable")
@access("dictionaries.manage", writes=ONCE)
def enable(kind: str, item_id: bytes) -> Response:
    """Offer an item again."""
    known_fields()
    command(lambda uow: services.enable(uow, kind, item_id))
    return pages.see(item_url(kind, item_id), i18n.gettext("已启用"))


def text() -> str:
    return request.args.get("q", "")[:100]


def skip() -> int:
    return min(request.args.get("skip", 0, type=int) or 0, FARTHEST) if request.args.get("skip", "").isdecimal() else 0


def item_url(kind: str, item_id: bytes) -> str:
    """The item beside the list as it was narrowed before."""
    return url_for("dictionaries.item", kind=kind, item_id=item_id, q=text() or None, skip=skip() or None)


def _list(kind: str, rows: list[Any]) -> Response:
    more = skip() + lists.PAGE if kind != "groups" and len(rows) > lists.PAGE else None
    on_page = rows[: lists.PAGE] if kind != "groups" else rows
    shown = {"kind": kind, "rows": on_page, "more": more, "q": text(), "skip": skip()}
    if pages.wants_fragment():
        return pages.answer("dictionaries/_rows.html", **shown)
    return pages.page("dictionaries/list.html", counts=lists.counts(), **shown)


def shown_item(kind: str, item_id: bytes) -> dict[str, Any]:
    it: queries.Drug | queries.Service | None = None
    if kind == "drug":
        it = queries.drug(item_id)
    elif kind == "service":
        it = queries.service(item_id)
    if it is None:
        raise Missing("dictionaries.no_such_item")
    waiting = versions.waiting_price_of(item_id)
    groups = [one for one in queries.allergy_groups() if one.code in queries.groups_of_drug(item_id)]
    category = next((one for one in queries.invoice_categories() if one.code == it.invoice_category), None)
    return {
        "it": it,
        "item_kind": kind,
        "groups": groups if kind == "drug" else [],
        "facts": item_facts.facts(it, clock.today()) if isinstance(it, queries.Drug) else None,
        "origin": item_facts.origin(kind, item_id),
        "category": category,
        "prices": queries.prices_of(item_id),
        "waiting": waiting,
        "proposer": people.names([waiting.proposed_by]).get(waiting.proposed_by, "") if waiting else "",
        "today": clock.today().isoformat(),
    }


def item_page(shown: dict[str, Any], *, status: int = 200, refusals: dict[str, Refused] | None = None) -> Response:
    kind = "drugs" if shown["item_kind"] == "drug" else "services"
    find = lists.drug_rows if kind == "drugs" else lists.service_rows
    rows = find(text(), clock.today(), skip())
    response = pages.page(
        "dictionaries/list.html",
        status=status,
        kind=kind,
        rows=rows[: lists.PAGE],
        q=text(),
        skip=skip(),
        counts=lists.counts(),
        more=skip() + lists.PAGE if len(rows) > lists.PAGE else None,
        refusals=refusals or {},
        typed=request.form,
        **shown,
    )
    if status != 200:
        response.headers["HX-Push-Url"] = "false"  # the address of a posted form is no page to come back to
    return response


