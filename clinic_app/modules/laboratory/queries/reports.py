"""Reports with their values, versions and the one that counts."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.consultation.queries.words import named


@dataclass(frozen=True, slots=True)
class Report:
    """One report (报告): `state` collected, entered, verified or cancelled; version 2 corrects version 1."""

    id: bytes
    report_no: str
    version: int
    corrects_id: bytes | None
    correct_reason: str
    request_id: bytes
    line_id: bytes
    visit_id: bytes
    patient_id: bytes
    panel: str
    state: str
    rev: int
    specimen: str
    collected_at: int
    collected_by: bytes
    entered_at: int | None
    entered_by: bytes | None
    verified_at: int | None
    verified_by: bytes | None
    findings: str
    conclusion: str
    emergency_reason: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value as entered, with the range it was held against; `flag` as `rules.flag_of`."""

    code: str
    name: str
    name_en: str
    unit: str
    value: str
    flag: str
    low: str
    high: str
    normal: str

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)

    @property
    def range_text(self) -> str:
        """`3.5–9.5`, `≤ 10`, or the expected word."""
        if self.normal:
            return self.normal
        if self.low and self.high:
            return f"{self.low}–{self.high}"
        return f"≥ {self.low}" if self.low else f"≤ {self.high}" if self.high else ""

    @property
    def mark(self) -> str:
        """What stands behind the value on paper and screen."""
        return {"H": "↑", "L": "↓", "HH": "↑↑", "LL": "↓↓", "A": "*"}.get(self.flag, "")


_REPORT = (
    "SELECT id, report_no, version, corrects_id, correct_reason, request_id, line_id, visit_id, patient_id, panel,"
    " state, rev, specimen, collected_at, collected_by, entered_at, entered_by, verified_at, verified_by, findings,"
    " conclusion, emergency_reason FROM report"
)


def report(report_id: bytes) -> Report | None:
    return db.read_one(Report, f"{_REPORT} WHERE id = ?", (report_id,))


def live_report(line_id: bytes) -> Report | None:
    """The newest report of a requested line that was not cancelled."""
    return db.read_one(
        Report, f"{_REPORT} WHERE line_id = ? AND state <> 'cancelled' ORDER BY version DESC LIMIT 1", (line_id,)
    )


def versions_of(report_no: str) -> list[Report]:
    return db.read(Report, f"{_REPORT} WHERE report_no = ? ORDER BY version", (report_no,))


def reports_of_visit(visit_id: bytes) -> list[Report]:
    """The newest version of each report of a visit, cancelled ones left out."""
    found: dict[bytes, Report] = {}
    for one in db.read(Report, f"{_REPORT} WHERE visit_id = ? AND state <> 'cancelled' ORDER BY version", (visit_id,)):
        found[one.line_id] = one
    return list(found.values())


def values_of(report_id: bytes) -> list[Value]:
    return db.read(
        Value, "SELECT v.code, a.name, a.name_en, a.unit, v.value, v.flag, v.low, v.high, v.normal FROM report_value v"
        " JOIN analyte a ON a.code = v.code WHERE v.report_id = ? ORDER BY a.position", (report_id,),
    )  # fmt: skip
