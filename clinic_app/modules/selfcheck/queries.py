"""Reads of the self-check (自检): the security reports."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db

MOST_SHOWN = 36
_REPORT = "SELECT id, month, made_at, made_by, worst, findings FROM security_report"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One check of a report, in Chinese as it was written."""

    id: str
    title: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """One security report (安全自检报告); `worst` is the gravest state of its lines."""

    id: bytes
    month: str
    made_at: int
    made_by: bytes
    worst: str
    findings: str

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        return tuple(ReportLine(**one) for one in json.loads(self.findings))


def reports() -> list[Report]:
    """The newest 36, three years of months, the newest first."""
    return db.read(Report, f"{_REPORT} ORDER BY made_at DESC LIMIT ?", (MOST_SHOWN,))


def report(report_id: bytes) -> Report | None:
    return db.read_one(Report, f"{_REPORT} WHERE id = ?", (report_id,))


def has_report_of(month: str) -> bool:
    """Whether the month has one; the newest rows alone are looked at."""
    return bool(db.value(
        "SELECT EXISTS(SELECT 1 FROM (SELECT month FROM security_report ORDER BY made_at DESC LIMIT 60)"
        " WHERE month = ?)", (month,)
    ))  # fmt: skip
