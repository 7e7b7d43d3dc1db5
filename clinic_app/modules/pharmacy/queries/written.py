"""What a sheet says whether it is paid or not, and whether a bill paid for something handed out."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import ngettext
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.queries import named
from clinic_app.modules.pharmacy.queries.sheets import Sheet


def first_dispense(prescription_id: bytes) -> tuple[str, int, str] | None:
    """Sheet number, moment and person of the first time that something of a sheet was handed out, or None."""
    return db.row(
        "SELECT p.prescription_no, d.dispensed_at, u.name FROM dispense d"
        " JOIN prescription p ON p.id = d.prescription_id JOIN person u ON u.id = d.dispensed_by"
        " WHERE d.prescription_id = ? ORDER BY d.part_no LIMIT 1",
        (prescription_id,),
    )


def bill_is_dispensed(bill_id: bytes) -> tuple[str, int, str] | None:
    """Sheet number, moment and person of a dispense that a bill paid for, or None."""
    return db.row(
        "SELECT p.prescription_no, d.dispensed_at, u.name FROM dispense d"
        " JOIN prescription p ON p.id = d.prescription_id JOIN person u ON u.id = d.dispensed_by"
        " WHERE d.bill_id = ? LIMIT 1",
        (bill_id,),
    )


def written_lines(found: Sheet) -> list[tuple[str, str]]:
    """What a sheet says, paid or not: drug and dose with frequency, for the doctor who is asked about it."""
    drugs = consultation.drugs_as_signed(found.id)
    rows = db.rows(
        "SELECT id, dose_text, frequency, days FROM prescription_line WHERE prescription_id = ? ORDER BY line_no",
        (found.id,),
    )
    told = []
    for line_id, dose, code, days in rows:
        drug, frequency = drugs[line_id], dictionaries.frequency(code)
        often = frequency.name if frequency and words.is_source() else code
        lasts = ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days}
        told.append((named(drug), f"{words.dose(dose, drug)} · {often} · {lasts}"))
    return told
