"""Analytes, their dated ranges and the templates of a panel."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.laboratory import rules
from clinic_app.modules.laboratory.rules import Range


@dataclass(frozen=True, slots=True)
class Analyte(rules.Analyte):
    """An analyte as it is kept; no report asks for one that `is_disabled` (停用)."""

    is_disabled: bool

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Template:
    """Words to begin a report of an examination with (报告模板)."""

    id: int
    name: str
    name_en: str
    findings: str
    conclusion: str

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)


ANALYTE = "SELECT code, panel, name, name_en, unit, kind, decimals, choices, is_disabled FROM analyte"
_ANALYTES = f"{ANALYTE} WHERE panel = ? AND NOT is_disabled ORDER BY position"
_RANGES = (
    "SELECT sex, from_days, to_days, low, high, critical_low, critical_high, normal FROM reference_range"
    " WHERE analyte = ? AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?) ORDER BY valid_from DESC, id"
)


def analytes(panel: str) -> list[Analyte]:
    """What a panel measures in its order; empty for an examination that is told in words."""
    return db.read(Analyte, _ANALYTES, (panel,))


def limits_of(code: str, on: date) -> list[Range]:
    """The ranges of an analyte that hold on a day, for every sex and age."""
    return db.read(Range, _RANGES, (code, on.isoformat(), on.isoformat()))


def templates(panel: str) -> list[Template]:
    return db.read(
        Template, "SELECT id, name, name_en, findings, conclusion FROM report_template WHERE panel = ? ORDER BY id",
        (panel,),
    )  # fmt: skip
