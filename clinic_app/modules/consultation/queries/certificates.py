"""Certificates and referral letters (证明、转诊单) as they were signed."""

from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import db
from sync.wire.canonical import parse

PAGE = 40


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signed certificate; `content` is what its paper says, `copies` how many were printed."""

    id: bytes
    certificate_no: str
    kind: str
    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    content: dict[str, Any]
    signed_at: int
    signed_on: str
    voided_at: int | None
    void_reason: str
    copies: int


_CERTIFICATE = (
    "SELECT c.id, c.certificate_no, c.kind, c.visit_id, c.patient_id, c.doctor_id, c.content, c.signed_at, c.signed_on,"
    " c.voided_at, c.void_reason, (SELECT count(*) FROM certificate_copy p WHERE p.certificate_id = c.id)"
    " FROM certificate c"
)


def certificate(certificate_id: bytes) -> Certificate | None:
    row = db.row(f"{_CERTIFICATE} WHERE c.id = ?", (certificate_id,))
    return _certificate(row) if row else None


def certificates_of_visit(visit_id: bytes) -> list[Certificate]:
    """In the order of signing."""
    return [_certificate(row) for row in db.rows(f"{_CERTIFICATE} WHERE c.visit_id = ? ORDER BY c.id", (visit_id,))]


def certificates(number: str = "", before: int | None = None) -> tuple[list[Certificate], int | None]:
    """The newest ones, or the one with that number; and where the next page begins (None at the end)."""
    if number:
        rows = db.rows(f"{_CERTIFICATE} WHERE c.certificate_no = ?", (number.strip().upper(),))
    else:
        rows = db.rows(
            f"{_CERTIFICATE} WHERE c.signed_at < ? ORDER BY c.signed_on DESC, c.signed_at DESC LIMIT ?",
            (before or 2**62, PAGE + 1),
        )
    found = [_certificate(row) for row in rows[:PAGE]]
    return found, found[-1].signed_at if len(rows) > PAGE else None


def _certificate(row: tuple) -> Certificate:  # type: ignore[type-arg]
    return Certificate(*row[:6], parse(row[6].encode()), *row[7:])
