"""Pages of the dictionaries (字典): lists with search, an item with its prices, import."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from clinic_app.kernel import clock, i18n, money
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.modules.dictionaries import forms, importing, queries, services
from clinic_app.modules.dictionaries.queries import item_facts, lists
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.web import pages
from clinic_app.web.access import ONCE, READS, access
from clinic_app.web.commands import command, known_fields

blueprint = Blueprint("dictionaries", __name__, url_prefix="/dictionaries", template_folder="templates")
FARTHEST = 1_000_000


@blueprint.get("")
@access("dictionaries.view", in_menu=True)
def drugs() -> Response:
    return _list("drugs", lists.drug_rows(_text(), clock.today(), _skip()))


@blueprint.get("/services")
@access("dictionaries.view")
def services_list() -> Response:
    return _list("services", lists.service_rows(_text(), clock.today(), _skip()))


@blueprint.get("/diagnoses")
@access("dictionaries.view")
def diagnoses() -> Response:
    return _list("diagnoses", lists.diagnosis_rows(_text(), _skip()))


@blueprint.get("/allergy-groups")
@access("dictionaries.view")
def allergy_groups() -> Response:
    return _list("groups", lists.group_rows())


@blueprint.get("/<kind>/<id:item_id>")
@access("dictionaries.view")
def item(kind: str, item_id: bytes) -> Response:
    """One drug or service with every price it ever had; the pane alone when the list asks for it."""
    shown = _item(kind, item_id)
    if pages.wants_fragment():
        return pages.answer("dictionaries/_item.html", q=_text(), skip=_skip(), **shown)
    return _item_page(shown)


@blueprint.post("/<kind>/<id:item_id>/price")
@access("dictionaries.manage", writes=ONCE)
def set_price(kind: str, item_id: bytes) -> Response:
    """Let a new price hold from a day on; a wrong field is shown beside it."""
    known_fields("price", "valid_from", "source")
    shown = _item(kind, item_id)
    try:
        typed = forms.new_price(request.form)
        command(lambda uow: services.set_price(uow, kind, item_id, typed.price_e4, typed.valid_from, typed.source))
    except Invalid as err:
        return _item_page(shown, status=422, refusals=err.refusals)
    except Refused as err:
        if err.field not in ("price", "valid_from"):
            raise
        return _item_page(shown, status=422, refusals={err.field: err})
    said = i18n.gettext("%(name)s 从 %(day)s 起 %(price)s 元") % {
        "name": _named(shown["it"]),
        "day": typed.valid_from.isoformat(),
        "price": money.price(typed.price_e4),
    }
    return pages.see(_item_url(kind, item_id), said)


@blueprint.post("/<kind>/<id:item_id>/disable")
@access("dictionaries.manage", writes=ONCE)
def disable(kind: str, item_id: bytes) -> Response:
    """Take an item out of use."""
    known_fields()
    command(lambda uow: services.disable(uow, kind, item_id))
    return pages.see(_item_url(kind, item_id), i18n.gettext("已停用，不再出现在开单里"))


@blueprint.post("/<kind>/<id:item_id>/enable")
@access("dictionaries.manage", writes=ONCE)
def enable(kind: str, item_id: bytes) -> Response:
    """Offer an item again."""
    known_fields()
    command(lambda uow: services.enable(uow, kind, item_id))
    return pages.see(_item_url(kind, item_id), i18n.gettext("已启用"))


@blueprint.get("/import")
@access("dictionaries.manage")
def import_page() -> Response:
    return _import_page(request.args.get("kind", "drugs"))


@blueprint.post("/import/check")
@access("dictionaries.manage", writes=READS)
def check_import() -> Response:
    """Dry run: what the file would change, or which lines are wrong; writes nothing."""
    prepared = _uploaded()
    if pages.wants_fragment():
        return pages.answer("dictionaries/_preview.html", prepared=prepared, kind_name=importing.kind_name)
    return _import_page(prepared.kind, prepared)


@blueprint.post("/import")
@access("dictionaries.manage", writes=ONCE)
def import_list() -> Response:
    """Bring in the file that was looked at before: all of it or nothing."""
    known_fields("kind", "checked")
    prepared = _uploaded()
    if prepared.errors:
        return _import_page(prepared.kind, prepared, status=422)
    if request.form.get("checked", "") != prepared.digest:
        raise Refused("dictionaries.check_first", field="file")
    result = command(lambda uow: importing.bring_in(uow, prepared)).result
    said = i18n.gettext("%(list)s：新增 %(new)s，修改 %(changed)s，没变 %(unchanged)s") % {
        **result,
        "list": importing.kind_name(prepared.kind),
    }
    return pages.see(url_for("dictionaries.import_page", kind=prepared.kind), said)


def _text() -> str:
    return request.args.get("q", "")[:100]


def _skip() -> int:
    return min(request.args.get("skip", 0, type=int) or 0, FARTHEST) if request.args.get("skip", "").isdecimal() else 0


def _item_url(kind: str, item_id: bytes) -> str:
    """The item beside the list as it was narrowed before."""
    return url_for("dictionaries.item", kind=kind, item_id=item_id, q=_text() or None, skip=_skip() or None)


def _list(kind: str, rows: list[Any]) -> Response:
    more = _skip() + lists.PAGE if kind != "groups" and len(rows) > lists.PAGE else None
    on_page = rows[: lists.PAGE] if kind != "groups" else rows
    shown = {"kind": kind, "rows": on_page, "more": more, "q": _text(), "skip": _skip()}
    if pages.wants_fragment():
        return pages.answer("dictionaries/_rows.html", **shown)
    return pages.page("dictionaries/list.html", counts=lists.counts(), **shown)


def _item(kind: str, item_id: bytes) -> dict[str, Any]:
    it: queries.Drug | queries.Service | None = None
    if kind == "drug":
        it = queries.drug(item_id)
    elif kind == "service":
        it = queries.service(item_id)
    if it is None:
        raise Missing("dictionaries.no_such_item")
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
        "today": clock.today().isoformat(),
    }


def _item_page(shown: dict[str, Any], *, status: int = 200, refusals: dict[str, Refused] | None = None) -> Response:
    kind = "drugs" if shown["item_kind"] == "drug" else "services"
    find = lists.drug_rows if kind == "drugs" else lists.service_rows
    rows = find(_text(), clock.today(), _skip())
    response = pages.page(
        "dictionaries/list.html",
        status=status,
        kind=kind,
        rows=rows[: lists.PAGE],
        q=_text(),
        skip=_skip(),
        counts=lists.counts(),
        more=_skip() + lists.PAGE if len(rows) > lists.PAGE else None,
        refusals=refusals or {},
        typed=request.form,
        **shown,
    )
    if status != 200:
        response.headers["HX-Push-Url"] = "false"  # the address of a posted form is no page to come back to
    return response


def _uploaded() -> importing.Prepared:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("dictionaries.no_file", field="file")
    data = file.stream.read()
    file.stream.seek(0)
    return importing.prepare(request.form.get("kind", ""), data, file.filename[-120:], clock.today())


def _import_page(kind: str, prepared: importing.Prepared | None = None, *, status: int = 200) -> Response:
    chosen = kind if kind in LISTS else "drugs"
    return pages.page(
        "dictionaries/import.html",
        status=status,
        kinds=[(one, importing.kind_name(one)) for one in LISTS],
        kind=chosen,
        columns=LISTS[chosen].columns,
        prepared=prepared,
        kind_name=importing.kind_name,
        latest=lists.latest_imports(),
        once=request.form.get("once") if status == 422 else None,
    )


def _named(it: Any) -> str:
    return it.name if i18n.current() == i18n.SOURCE else it.name_en
