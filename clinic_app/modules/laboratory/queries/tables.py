"""Analytes, their dated ranges and the templates of a panel."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.laboratory import rules
from clinic_app.modules.laboratory.rules import Range


@dataclass(frozen=True, slots=True)
class Analyte(rules.Analyte):
    """An analyte as the screens show it."""

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)

    @property
    def is_disabled(self) -> bool:
        return self.panel.startswith(rules.OFF)

    @property
    def shown_panel(self) -> str:
        """The panel that asks for it, or asked until it was taken out of use."""
        return self.panel.removeprefix(rules.OFF)


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


_ANALYTES = (
    "SELECT code, panel, name, name_en, unit, kind, decimals, choices FROM analyte WHERE panel = ? ORDER BY position"
)
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
