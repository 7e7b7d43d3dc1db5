"""Stops that were kept with a reason in a month (仍要开的理由): for whoever looks after prescribing."""

from dataclasses import dataclass
from datetime import date, datetime, time

from clinic_app.kernel import db
from clinic_app.kernel.clock import from_local
from clinic_app.modules.dictionaries import queries as dictionaries

MOST = 200
_FROM = (
    " FROM kept_stop k JOIN prescription_line l ON l.id = k.line_id JOIN prescription p ON p.id = l.prescription_id"
    " WHERE k.kept_at >= :since AND k.kept_at < :until AND p.state <> 'draft'"
)
_BY_RULE = (
    "SELECT CASE k.kind WHEN 'rule' THEN substr(k.code || ':', 1, instr(k.code || ':', ':') - 1) ELSE k.kind END,"
    f" count(*){_FROM} GROUP BY 1 ORDER BY 2 DESC LIMIT 100"
)
_BY_DOCTOR = f"SELECT k.kept_by, count(*){_FROM} GROUP BY 1 ORDER BY 2 DESC LIMIT 100"
_ROWS = (
    "SELECT k.kind, k.code, k.text, k.reason, k.kept_by, k.kept_at, l.drug_id, l.drug_name, p.prescription_no,"
    f" p.id{_FROM} ORDER BY k.kept_at DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One stop that was kept and signed; `text` in the words of that moment, `drug_name` as on the sheet."""

    kind: str
    code: str
    text: str
    reason: str
    kept_by: bytes
    kept_at: int
    drug_id: bytes
    drug_name: str
    prescription_no: str
    prescription_id: bytes

    @property
    def shown_drug(self) -> str:
        """Its name in the language of the request."""
        drug = dictionaries.drug(self.drug_id)
        return dictionaries.either(self.drug_name, drug.name_en if drug else "")


@dataclass(frozen=True)
class Month:
    """Counts by rule and by doctor, and the newest rows of a month; `is_cut` when there are more."""

    by_rule: list[tuple[str, int]]
    by_doctor: list[tuple[bytes, int]]
    rows: list[KeptRow]
    is_cut: bool


def kept_in(month: date) -> Month:
    """The stops kept in the month of a day, those on signed sheets only."""
    first = month.replace(day=1)
    then = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    span = {"since": _start(first), "until": _start(then)}
    rows = db.read(KeptRow, _ROWS, {**span, "most": MOST + 1})
    return Month(db.rows(_BY_RULE, span), db.rows(_BY_DOCTOR, span), rows[:MOST], len(rows) > MOST)


def _start(day: date) -> int:
    """The first moment of a business day."""
    return from_local(datetime.combine(day, time()))
