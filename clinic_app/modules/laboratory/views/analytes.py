"""The page of the analytes (检验指标), the manager's."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.laboratory import queries, rules, services
from clinic_app.modules.laboratory.views import blueprint
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FIELDS = ("panel", "name", "name_en", "unit", "decimals", "choices")


@blueprint.get("/analytes")
@access("laboratory.manage")
def analytes() -> Response:
    """All analytes, one of them open, or the form of a new one."""
    return _page(request.args.get("code", ""))


@blueprint.post("/analytes")
@access("laboratory.manage", writes=ONCE)
def add_analyte() -> Response:
    """One more analyte; every wrong field is named beside it."""
    known_fields("code", "kind", *FIELDS)
    code, kind = request.form.get("code", "").strip()[:40], request.form.get("kind", "")
    try:
        command(lambda uow: services.add_analyte(uow, _typed(code, kind if kind == "choice" else "number")))
    except Invalid as err:
        return _page("", refusals=err.refusals)
    return pages.see(url_for("laboratory.analytes", code=code), _("加上了，再给它定参考范围"))


@blueprint.post("/analytes/<code>")
@access("laboratory.manage", writes=ONCE)
def change_analyte(code: str) -> Response:
    """Save one analyte; what a colleague wrote meanwhile is shown beside and not overwritten."""
    known_fields("rev", *FIELDS)
    known = queries.analyte(code)
    if known is None:
        raise Missing("laboratory.no_such_analyte")
    try:
        command(lambda uow: services.change_analyte(uow, _typed(code, known.kind), rev=_rev()))
    except Invalid as err:
        return _page(code, refusals=err.refusals)
    except Stale as err:
        return _page(code, stale=err)
    return pages.see(url_for("laboratory.analytes", code=code), _("存好了"))


@blueprint.post("/analytes/<code>/<any(disable, enable):act>")
@access("laboratory.manage", writes=ONCE)
def disable_analyte(code: str, act: str) -> Response:
    """Measure it no more (`disable`), or again (`enable`)."""
    known_fields("rev")
    command(lambda uow: services.set_analyte_disabled(uow, code, act == "disable", rev=_rev()))
    said = _("已停用，新报告不再测它") if act == "disable" else _("又测了")
    return pages.see(url_for("laboratory.analytes", code=code), said)


def _rev() -> int:
    text = request.form.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _typed(code: str, kind: str) -> rules.Analyte:
    given = {name: request.form.get(name, "").strip()[:400] for name in FIELDS}
    text = given["decimals"]
    places = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else -1
    choices = given["choices"].replace("；", ";")
    is_word = kind == "choice"
    return rules.Analyte(
        code, given["panel"], given["name"], given["name_en"] or given["name"], given["unit"], kind,
        0 if is_word else places, ";".join(one.strip() for one in choices.split(";")) if is_word else "",
    )  # fmt: skip


def _page(code: str, *, refusals: dict[str, Refused] | None = None, stale: Stale | None = None) -> Response:
    every = queries.all_analytes()
    chosen = queries.analyte(code) if code else None
    if code and chosen is None:
        raise Missing("laboratory.no_such_analyte")
    history = versions.versions_of(queries.ANALYTES, code) if chosen else []
    now = {
        "code": chosen.code, "kind": chosen.kind, "panel": chosen.panel, "name": chosen.name,
        "name_en": chosen.name_en, "unit": chosen.unit, "decimals": str(chosen.decimals), "choices": chosen.choices,
    } if chosen else {}  # fmt: skip
    values = {**(now or {"kind": "number", "decimals": "1"}), **_sent()}
    return pages.page(
        "laboratory/analytes.html", status=409 if stale else 422 if refusals else 200, every=every, chosen=chosen,
        values=values, now=now, refusals=refusals or {}, stale=stale, history=history,
        rev=versions.rev_of(queries.ANALYTES, code) if chosen else 0, panels=sorted({one.panel for one in every}),
        names=people.names({one.person_id for one in history}),
    )  # fmt: skip


def _sent() -> dict[str, str]:
    return {name: request.form[name] for name in ("code", "kind", *FIELDS) if name in request.form}
