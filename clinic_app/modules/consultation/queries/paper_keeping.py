"""Paper sheets past the years that they are kept for (到期处方, RX-18, RX-19), and the lists of destroyed ones."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.modules.consultation.rules.keeping import CLASS_OF, destroyable_from

MOST = 500
_SIGNED = (
    "SELECT p.id, p.prescription_no, p.kind, p.signed_on, p.patient_id FROM prescription p"
    " WHERE p.signed_on IS NOT NULL AND p.signed_on <= :last AND p.state <> 'draft' AND p.kind IN"
    " (SELECT value FROM json_each(:kinds)) AND NOT EXISTS (SELECT 1 FROM destroyed_sheet d"
    " WHERE d.prescription_id = p.id) ORDER BY p.signed_on, p.prescription_no LIMIT :most"
)
_LISTS = (
    "SELECT l.id, l.reason, l.listed_by, l.listed_at, l.approved_by, l.approved_at,"
    " (SELECT count(*) FROM destroyed_sheet s WHERE s.destruction_id = l.id) FROM paper_destruction l"
)


@dataclass(frozen=True, slots=True)
class KeptSheet:
    """A signed sheet whose paper may be destroyed."""

    id: bytes
    prescription_no: str
    kind: str
    signed_on: str
    patient_id: bytes


@dataclass(frozen=True, slots=True)
class Destruction:
    """A list of paper to destroy; destroyed once approved."""

    id: bytes
    reason: str
    listed_by: bytes
    listed_at: int
    approved_by: bytes | None
    approved_at: int | None
    sheets: int


def years_of(kind: str, on: date) -> int:
    """For how many years the paper of a kind is kept."""
    return parameters.value(f"consultation.keep_{CLASS_OF[kind]}_years", on)


def destroyable(on: date, limit: int = MOST) -> list[KeptSheet]:
    """Sheets whose paper may be destroyed on a day and stands on no list, the oldest first."""
    found: list[KeptSheet] = []
    for group in sorted(set(CLASS_OF.values())):
        kinds = [kind for kind, one in CLASS_OF.items() if one == group]
        last = _last_day(on, years_of(kinds[0], on))
        listed = "[" + ",".join(f'"{kind}"' for kind in kinds) + "]"
        found += db.read(KeptSheet, _SIGNED, {"last": last, "kinds": listed, "most": limit})
    return sorted(found, key=lambda one: (one.signed_on, one.prescription_no))[:limit]


def _last_day(on: date, years: int) -> str:
    """The newest day of signing whose sheets may go; the rule decides about a leap day."""
    try:
        day = on.replace(year=on.year - years)
    except ValueError:
        day = date(on.year - years, 2, 28)
    return (day if destroyable_from(day, years) <= on else date.min).isoformat()


def destruction(list_id: bytes) -> Destruction | None:
    return db.read_one(Destruction, f"{_LISTS} WHERE l.id = ?", (list_id,))


def destructions(limit: int = 50) -> list[Destruction]:
    """The lists, the newest first."""
    return db.read(Destruction, f"{_LISTS} ORDER BY l.listed_at DESC LIMIT ?", (limit,))


def sheets_on(list_id: bytes) -> list[KeptSheet]:
    """What stands on a list."""
    return db.read(
        KeptSheet,
        "SELECT p.id, p.prescription_no, p.kind, p.signed_on, p.patient_id FROM destroyed_sheet d"
        " JOIN prescription p ON p.id = d.prescription_id WHERE d.destruction_id = ? ORDER BY p.signed_on, 2 LIMIT 500",
        (list_id,),
    )


def paper_state(prescription_id: bytes) -> str:
    """`kept`, `listed` or `destroyed`."""
    found = db.row(
        "SELECT l.approved_at FROM destroyed_sheet d JOIN paper_destruction l ON l.id = d.destruction_id"
        " WHERE d.prescription_id = ?",
        (prescription_id,),
    )
    return "kept" if found is None else "destroyed" if found[0] is not None else "listed"
