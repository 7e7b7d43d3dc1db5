"""The page of the reference ranges (参考范围), the manager's."""

from datetime import date

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.dates import typed_day
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.laboratory import queries, rules, services
from clinic_app.modules.laboratory.views import blueprint
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

RANGE_FIELDS = (
    "sex", "from_age", "to_age", "low", "high", "critical_low", "critical_high", "normal", "valid_from", "source",
    "reviewed",
)  # fmt: skip


@blueprint.get("/ranges")
@access("laboratory.manage", in_menu=True)
def ranges() -> Response:
    """The reference ranges of one analyte with their days, and the form of another one."""
    chosen = request.args.get("range", "")
    return _ranges_page(request.args.get("analyte", ""), int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0)


@blueprint.post("/ranges/<code>")
@access("laboratory.manage", writes=ONCE)
def set_range(code: str) -> Response:
    """Another range from a day on; every wrong field is named beside it."""
    known_fields("replaces", *RANGE_FIELDS)
    form = request.form
    typed = {name: form.get(name, "")[:100].strip() for name in RANGE_FIELDS}
    old = form.get("replaces", "")
    replaces = int(old) if old.isdecimal() and len(old) < 10 else None
    try:
        wanted, first_day = _typed_range(code, typed)
        command(
            lambda uow: services.set_range(
                uow, code, wanted, replaces=replaces, valid_from=first_day, source=typed["source"],
                is_reviewed=typed["reviewed"] == "yes",
            )
        )
    except Invalid as err:
        return _ranges_page(code, replaces or 0, typed, err.refusals)
    except Refused as err:
        if err.field not in RANGE_FIELDS:
            raise
        return _ranges_page(code, replaces or 0, typed, {err.field: err})
    return pages.see(url_for("laboratory.ranges", analyte=code), _("存好了，以前的报告不变"))


@blueprint.post("/ranges/<code>/<int:range_id>/end")
@access("laboratory.manage", writes=ONCE)
def end_range(code: str, range_id: int) -> Response:
    """Take a range out of use."""
    known_fields()
    command(lambda uow: services.end_range(uow, code, range_id))
    return pages.see(url_for("laboratory.ranges", analyte=code), _("已停用，新报告不再用它"))


def _typed_range(code: str, typed: dict[str, str]) -> tuple[rules.Range, date]:
    """Invalid names every field that is wrong."""
    found = queries.analyte(code)
    if found is None:
        raise Missing("laboratory.no_such_analyte")
    wrong: dict[str, Refused] = {}
    days: dict[str, int | None] = {}
    for name in ("from_age", "to_age"):
        try:
            days[name] = rules.age_of(typed[name], field=name)
        except Refused as err:
            wrong[name] = err
    until, is_word = days.get("to_age"), bool(found.options)
    limits = ("", "", "", "") if is_word else tuple(typed[name] for name in RANGE_FIELDS[3:7])
    wanted = rules.Range(
        typed["sex"] if typed["sex"] in ("0", "1", "2") else "0", days.get("from_age") or 0,
        until - 1 if until is not None else None, *limits, typed["normal"] if is_word else "",
    )  # fmt: skip
    wrong = {**rules.check_range(wanted, found.options), **wrong}
    first_day = clock.today()
    try:
        first_day = typed_day(typed["valid_from"], first_day, field="valid_from") if typed["valid_from"] else first_day
    except Refused as err:
        wrong["valid_from"] = err
    if not typed["source"] or not typed["source"].isprintable():
        wrong["source"] = Refused("laboratory.source_missing", field="source")
    if wrong:
        raise Invalid(wrong)
    return wanted, first_day


def _ranges_page(
    code: str, range_id: int, typed: dict[str, str] | None = None, refusals: dict[str, Refused] | None = None
) -> Response:
    every = queries.all_analytes()
    chosen = queries.analyte(code) if code else next(iter(every), None)
    if chosen is None:
        raise Missing("laboratory.no_such_analyte")
    dated = queries.ranges_of(chosen.code)
    old = next((one for one in dated if one.id == range_id and one.valid_to is None), None)
    values = typed or (_as_typed(old) if old else {"sex": "0", "reviewed": "no"})
    return pages.page(
        "laboratory/ranges.html", status=422 if refusals else 200, every=every, chosen=chosen, dated=dated, old=old,
        values=values, refusals=refusals or {}, unreviewed=queries.unreviewed(), today=clock.today().isoformat(),
        names=people.names({one.recorded_by for one in dated if one.recorded_by}), age=_age,
        normals=[(one, one) for one in chosen.options],
        sexes=[("0", _("男女一样")), ("1", _("男")), ("2", _("女"))],
    )  # fmt: skip


def _as_typed(one: queries.DatedRange) -> dict[str, str]:
    found = one.range
    return {
        "sex": found.sex, "from_age": _age(found.from_days), "low": found.low, "high": found.high,
        "to_age": "" if found.to_days is None else _age(found.to_days + 1), "critical_low": found.critical_low,
        "critical_high": found.critical_high, "normal": found.normal, "source": one.source,
        "reviewed": "yes" if one.is_reviewed else "no",
    }  # fmt: skip


def _age(days: int) -> str:
    """`18岁`, `6月`, `28天` of whole days, as `rules.age_of` reads it."""
    if days and days % 365 == 0:
        return _("%(n)s岁") % {"n": days // 365}
    if days and days % 30 == 0:
        return _("%(n)s月") % {"n": days // 30}
    return _("%(n)s天") % {"n": days} if days else "0"
