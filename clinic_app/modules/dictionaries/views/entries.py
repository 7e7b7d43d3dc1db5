"""One entry of a list on a page of its own: add, change, take out of use, read its versions (CFG-07 to CFG-11)."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.modules.dictionaries import forms, importing, services
from clinic_app.modules.dictionaries.queries import choices, columns, lists, stored, versions
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.entry import columns_of, parsed, written
from clinic_app.modules.dictionaries.rules.lists import LISTS, List
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.modules.dictionaries.views.lists import skip, text
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

OWN_PAGES = {
    "drugs": "dictionaries.drugs", "services": "dictionaries.services_list", "diagnoses": "dictionaries.diagnoses",
    "allergy_groups": "dictionaries.allergy_groups",
}  # fmt: skip


@blueprint.get("/lists/<kind>")
@access("dictionaries.view")
def short_list(kind: str) -> Response:
    """A list without a page of its own: routes, frequencies, suppliers and the like."""
    _known(kind)
    shown = {"kind": kind, "q": text(), "skip": skip(), "rows": lists.entry_rows(kind, text(), skip())}
    more = skip() + lists.PAGE if len(shown["rows"]) > lists.PAGE else None
    shown.update(rows=shown["rows"][: lists.PAGE], more=more, kinds=other_kinds(), told=_told, today=clock.today())
    if pages.wants_fragment():
        return pages.answer("dictionaries/_entries.html", **shown)
    return pages.page("dictionaries/entries.html", counts=lists.counts(), **shown)


@blueprint.get("/lists/<kind>/new")
@access("dictionaries.manage")
def new_entry(kind: str) -> Response:
    return _page(_known(kind), {"reviewed": "no"}, is_new=True)


@blueprint.post("/lists/<kind>/new")
@access("dictionaries.manage", writes=ONCE)
def add_entry(kind: str) -> Response:
    """Add one entry; every wrong field is named beside it."""
    wanted = _known(kind)
    known_fields(*wanted.names, *(f"{name}_text" for name in wanted.names))
    typed = _typed(wanted)
    try:
        row = parsed(wanted, typed, is_new=True)
        command(lambda uow: services.add_entry(uow, kind, row))
    except Invalid as err:
        return _page(wanted, typed, is_new=True, refusals=err.refusals, status=422)
    return pages.see(_url(kind, row["code"]), i18n.gettext("加上了：%(name)s") % {"name": row.get("name", row["code"])})


@blueprint.get("/lists/<kind>/<code>")
@access("dictionaries.view")
def entry(kind: str, code: str) -> Response:
    """One entry with its versions."""
    wanted = _known(kind)
    return _page(wanted, written(wanted, _stored(kind, code)), code=code)


@blueprint.post("/lists/<kind>/<code>")
@access("dictionaries.manage", writes=ONCE)
def change_entry(kind: str, code: str) -> Response:
    """Save one entry; when a colleague was faster both texts are shown and nothing is overwritten."""
    wanted = _known(kind)
    known_fields("rev", *wanted.names, *(f"{name}_text" for name in wanted.names))
    typed, rev = {**_typed(wanted), "code": code}, forms.rev(request.form.get("rev", ""))
    try:
        row = parsed(wanted, typed, is_new=False)
        command(lambda uow: services.change_entry(uow, kind, row, rev=rev))
    except Invalid as err:
        return _page(wanted, typed, code=code, refusals=err.refusals, status=422, rev=rev)
    except Stale as err:
        return _page(wanted, typed, code=code, stale=err, status=409)
    return pages.see(_url(kind, code), i18n.gettext("已保存：%(name)s") % {"name": row.get("name", code)})


@blueprint.post("/lists/<kind>/<code>/disable")
@access("dictionaries.manage", writes=ONCE)
def disable_entry(kind: str, code: str) -> Response:
    """Take an entry out of use; what names it stays readable."""
    return _set_disabled(kind, code, True)


@blueprint.post("/lists/<kind>/<code>/enable")
@access("dictionaries.manage", writes=ONCE)
def enable_entry(kind: str, code: str) -> Response:
    return _set_disabled(kind, code, False)


def other_kinds() -> list[tuple[str, str]]:
    """The lists that share one page, with their names."""
    return [(kind, importing.kind_name(kind)) for kind in LISTS if kind not in OWN_PAGES]


def _set_disabled(kind: str, code: str, is_disabled: bool) -> Response:
    _known(kind)
    known_fields("rev")
    rev = forms.rev(request.form.get("rev", ""))
    command(lambda uow: services.set_disabled(uow, kind, code, is_disabled, rev=rev))
    said = i18n.gettext("已停用，不再出现在开单里") if is_disabled else i18n.gettext("已启用")
    return pages.see(_url(kind, code), said)


def _known(kind: str) -> List:
    if kind not in LISTS:
        raise Missing("dictionaries.no_such_item")
    return LISTS[kind]


def _stored(kind: str, code: str) -> dict[str, Any]:
    found = stored.stored_row(kind, code, clock.today())
    if found is None:
        raise Missing("dictionaries.no_such_item")
    return found


def _typed(wanted: List) -> dict[str, str]:
    return {name: request.form.get(name, "")[:400] for name in wanted.names}


def _url(kind: str, code: str) -> str:
    return url_for("dictionaries.entry", kind=kind, code=code)


def _page(
    wanted: List, typed: dict[str, str], *, code: str = "", is_new: bool = False, status: int = 200,
    refusals: dict[str, Refused] | None = None, stale: Stale | None = None, rev: int | None = None,
) -> Response:  # fmt: skip
    known = None if is_new else _stored(wanted.kind, code)
    now = written(wanted, known) if known else {}
    history = [] if is_new else versions.versions_of(wanted.kind, code)
    response = pages.page(
        "dictionaries/entry.html", status=status, kind=wanted.kind, list_name=importing.kind_name(wanted.kind),
        code=code, is_new=is_new, typed=typed, now=now if stale else {}, refusals=refusals or {}, stale=stale,
        rev=versions.rev_of(wanted.kind, code) if rev is None else rev, history=history,
        is_disabled=(known or {}).get("is_disabled"), names=people.names({one.person_id for one in history}),
        columns=columns_of(wanted, is_new=is_new), frozen=() if is_new else ("code", *wanted.frozen),
        refers=dict(wanted.refers),
        options=_options, picks=_picks, text_of=_text_of, label=columns.label, word=columns.word, act=columns.act,
        is_choice=lambda column: isinstance(column.parse, cells.Choice), told=_told,
        is_flag=lambda column: column.parse is cells.flag, is_many=lambda column: column.parse is cells.codes,
        back=url_for(OWN_PAGES[wanted.kind]) if wanted.kind in OWN_PAGES else url_for(
            "dictionaries.short_list", kind=wanted.kind
        ),
    )  # fmt: skip
    if status != 200:
        response.headers["HX-Push-Url"] = "false"
    return response


def _options(column: cells.Column) -> list[tuple[str, str]]:
    allowed = column.parse.allowed if isinstance(column.parse, cells.Choice) else ()
    return [(one, columns.word(one, column.name)) for one in allowed]


def _picks(kind: str, value: str = "") -> list[tuple[str, str]]:
    """The entries of a short list; the one that is chosen stays among them when it is disabled."""
    found = [(one.code, one.told) for one in choices.all_of(kind)]
    if value and found and value not in dict(found) and (chosen := choices.pick_of(kind, value)) is not None:
        found.append((chosen.code, chosen.told))
    return found


def _text_of(kind: str, code: str) -> str:
    found = choices.pick_of(kind, code) if code else None
    return found.told if found else code


def _told(column: str, value: str) -> str:
    """A stored value in words."""
    if column in ("is_reviewed", "reviewed"):
        return columns.word("yes" if value in ("1", "yes") else "no")
    if column.startswith(("is_", "needs_")):
        return columns.word(value)
    return columns.word(value, column) if not value.isdigit() else value
