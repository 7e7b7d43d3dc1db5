"""Prescriptions with antimicrobials (抗菌药使用率, RP-07); voided and fully refunded ones count nowhere (RP-08)."""

from datetime import date

from clinic_app.kernel import db

SHEETS = """
FROM prescription p
WHERE p.signed_on BETWEEN :first AND :last AND p.state = 'signed'
    AND NOT EXISTS (
        SELECT 1 FROM charge_line c WHERE c.source_id = p.id AND c.state <> 'withdrawn' GROUP BY c.source_id
        HAVING sum(c.quantity) = sum(c.refunded)
    )
"""
WITH_ANTIMICROBIAL = (
    "EXISTS (SELECT 1 FROM prescription_line l JOIN drug d ON d.id = l.drug_id"
    " WHERE l.prescription_id = p.id AND l.deleted_at IS NULL AND d.antimicrobial_grade IS NOT NULL)"
)


def by_doctor(first: date, last: date) -> dict[bytes, tuple[int, int]]:
    """(sheets, of them with an antimicrobial) by the doctor who signed."""
    return {
        doctor: (sheets, with_one)
        for doctor, sheets, with_one in db.rows(
            f"SELECT p.doctor_id, count(*), sum({WITH_ANTIMICROBIAL}) {SHEETS} GROUP BY p.doctor_id",
            {"first": first.isoformat(), "last": last.isoformat()},
        )
    }
