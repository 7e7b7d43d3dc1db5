"""Analytes (检验指标) of the clinic: added, changed, taken out of use; each change leaves a version.

What stands on a report stays as it was reported: name, unit and kind of an analyte that has a value never change.
"""

from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import services as dictionaries
from clinic_app.modules.dictionaries.queries.versions import rev_of
from clinic_app.modules.laboratory import queries, rules

KIND = queries.ANALYTES
_ADD = (
    "INSERT INTO analyte(code, panel, position, name, name_en, unit, kind, decimals, choices)"
    " SELECT ?, ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, ?, ? FROM analyte"
)
_CHANGE = "UPDATE analyte SET panel = ?, name = ?, name_en = ?, unit = ?, decimals = ?, choices = ? WHERE code = ?"
_CHANGED = ("panel", "name", "name_en", "unit", "decimals", "choices")
_REPORTED = ("name", "name_en", "unit")


def add_analyte(uow: UnitOfWork, wanted: rules.Analyte) -> dict[str, Any]:
    """One more thing that a panel measures, after the others. Invalid names every wrong field, a taken code too."""
    wrong = rules.check_analyte(wanted, is_new=True)
    if queries.analyte(wanted.code) is not None:
        wrong["code"] = Refused("laboratory.code_taken", field="code", value=wanted.code)
    if wrong:
        raise Invalid(wrong)
    uow.execute(
        _ADD, (wanted.code, wanted.panel, wanted.name, wanted.name_en, wanted.unit, wanted.kind, wanted.decimals,
               wanted.choices),
    )  # fmt: skip
    dictionaries.write_version(uow, KIND, wanted.code, "added", {"name": (None, wanted.name)})
    uow.audit("laboratory.add_analyte", analyte=wanted.code)
    return {"analyte": wanted.code}


def change_analyte(uow: UnitOfWork, wanted: rules.Analyte, *, rev: int) -> dict[str, Any]:
    """Change an analyte; `rev` is the version that the person saw, code and kind stay.

    Missing; Stale `laboratory.analyte_changed`; Invalid as `add_analyte`, with `laboratory.reported_already` for what
    stands on reports and `.choice_in_use` for a choice that a range calls normal.
    """
    before = _at(wanted.code, rev)
    after = {name: getattr(wanted, name) for name in _CHANGED}
    told = {name: (getattr(before, name), value) for name, value in after.items() if getattr(before, name) != value}
    wrong = rules.check_analyte(wanted, is_new=False)
    if told.keys() & set(_REPORTED) and _is_reported(before.code):
        wrong |= {name: Refused("laboratory.reported_already", field=name) for name in told if name in _REPORTED}
    normal = {one.range.normal for one in queries.ranges_of(before.code) if one.valid_to is None} - {""}
    if before.kind == "choice" and not normal <= set(wanted.options):
        wrong["choices"] = Refused("laboratory.choice_in_use", field="choices")
    if wrong:
        raise Invalid(wrong)
    uow.execute(_CHANGE, (*after.values(), before.code))
    if told:
        dictionaries.write_version(uow, KIND, before.code, "changed", told)
    uow.audit("laboratory.change_analyte", analyte=before.code)
    return {"analyte": before.code}


def set_analyte_disabled(uow: UnitOfWork, code: str, is_disabled: bool, *, rev: int) -> dict[str, Any]:
    """Measure it no more (停用), or again; raises as `change_analyte`. Reports that have a value of it keep it."""
    before = _at(code, rev)
    if before.is_disabled != is_disabled:
        uow.execute("UPDATE analyte SET is_disabled = ? WHERE code = ?", (is_disabled, code))
        act = "disabled" if is_disabled else "enabled"
        told = {"is_disabled": (int(before.is_disabled), int(is_disabled))}
        dictionaries.write_version(uow, KIND, code, act, told)
    uow.audit("laboratory.disable_analyte", analyte=code, is_disabled=is_disabled)
    return {"analyte": code}


def _is_reported(code: str) -> bool:
    return bool(db.value("SELECT EXISTS(SELECT 1 FROM report_value WHERE code = ?)", (code,)))


def _at(code: str, rev: int) -> queries.Analyte:
    before = queries.analyte(code)
    if before is None:
        raise Missing("laboratory.no_such_analyte")
    if rev_of(KIND, code) != rev:
        raise Stale("laboratory.analyte_changed", field="rev")
    return before
