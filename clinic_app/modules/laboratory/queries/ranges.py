"""Every reference range with its days (参考范围), for the page on which they are changed."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.laboratory.queries.tables import ANALYTE, Analyte
from clinic_app.modules.laboratory.rules import Range

ANALYTES = "analytes"
"""Under which the versions of the analytes are kept."""
_ALL = f"{ANALYTE} ORDER BY is_disabled, position"
_ONE = f"{ANALYTE} WHERE code = ?"
_DATED = (
    "SELECT id, valid_from, valid_to, source, is_reviewed, recorded_by, sex, from_days, to_days, low, high,"
    " critical_low, critical_high, normal FROM reference_range WHERE analyte = ?"
    " ORDER BY valid_to IS NOT NULL, sex, from_days, valid_from DESC, id"
)


@dataclass(frozen=True, slots=True)
class DatedRange:
    """`recorded_by` is None for a range that the clinic began with."""

    id: int
    valid_from: str
    valid_to: str | None
    source: str
    is_reviewed: int
    recorded_by: bytes | None
    range: Range

    def holds_from(self, day: date) -> bool:
        """Whether it holds on that day or on a later one."""
        return self.valid_to is None or (self.valid_to >= day.isoformat() and self.valid_to >= self.valid_from)


def all_analytes() -> list[Analyte]:
    """Of every panel, in the order of the reports; those out of use last."""
    return db.read(Analyte, _ALL)


def analyte(code: str) -> Analyte | None:
    return db.read_one(Analyte, _ONE, (code,))


def ranges_of(code: str) -> list[DatedRange]:
    """Those in use first, by sex and age, then those of the past."""
    return [DatedRange(*row[:6], Range(*row[6:])) for row in db.rows(_DATED, (code,))]


def unreviewed() -> dict[str, int]:
    """Analyte -> how many of its ranges in use nobody has compared with their source."""
    return dict(
        db.rows("SELECT analyte, sum(is_reviewed = 0) FROM reference_range WHERE valid_to IS NULL GROUP BY analyte")
    )
