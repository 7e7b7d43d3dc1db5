"""Sheets (处方) and their lines."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.consultation.rules.validity import last_day


@dataclass(frozen=True, slots=True)
class Prescription:
    """A sheet: `state` draft, signed or voided; paid and dispensed are derived by later subjects."""

    id: bytes
    prescription_no: str | None
    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    kind: str
    state: str
    signed_at: int | None
    rev: int
    signed_on: str | None
    allergies: str
    voided_at: int | None
    void_reason: str
    valid_days: int = 1
    is_long_term: int = 0
    patient_number: str = ""
    agent_name: str = ""
    agent_number: str = ""
    herb_doses: int = 7
    herb_form: str = "decoction"
    herb_boiled: str = "own"
    herb_use: str = ""
    patient_state: str = "{}"
    signed_twice_at: int | None = None

    @property
    def valid_until(self) -> date | None:
        """The last day on which it may be dispensed (RX-10); None before it is signed."""
        return last_day(date.fromisoformat(self.signed_on), self.valid_days) if self.signed_on else None


@dataclass(frozen=True, slots=True)
class PrescriptionLine:
    """One drug of a sheet; `quantity` in minimum units, `dose_text` as written, `weekdays` as ISO digits.

    `group_no` is the bottle that rows share (组), `is_own` a drug the patient brought (自备), `minutes` how long it
    runs, `untested_because` the source of the earlier skin test for which this row needs none (ST-05).
    `stop_reason` is that of a kept allergy stop, `dose_reason` that of a kept dose above its limit,
    `rule_reason` that of what another rule stopped.
    """

    id: bytes
    prescription_id: bytes
    line_no: int
    drug_id: bytes
    dose_text: str
    frequency: str
    days: int
    route: str
    quantity: int
    note: str
    stop_reason: str
    is_quantity_typed: bool
    most_per_day: int | None
    reason: str
    weekdays: str
    dose_reason: str
    rule_reason: str = ""
    is_long_term: bool = False
    group_no: int | None = None
    is_own: bool = False
    untested_because: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class KeptStop:
    """A stop kept with a reason (仍要开): which allergy or which dose, in the words of that moment."""

    line_id: bytes
    kind: str
    code: str
    text: str
    reason: str


_SHEET = (
    "SELECT id, prescription_no, visit_id, patient_id, doctor_id, kind, state, signed_at, rev, signed_on, allergies,"
    " voided_at, void_reason, valid_days, is_long_term, patient_number, agent_name, agent_number, herb_doses,"
    " herb_form, herb_boiled, herb_use, patient_state, signed_twice_at FROM prescription"
)
_LINE = (
    "SELECT id, prescription_id, line_no, drug_id, dose_text, frequency, days, route, quantity, note,"
    " coalesce((SELECT max(k.reason) FROM kept_stop k WHERE k.line_id = l.id AND k.kind IN ('group', 'drug')), ''),"
    " is_quantity_typed, most_per_day, reason, weekdays,"
    " coalesce((SELECT max(k.reason) FROM kept_stop k WHERE k.line_id = l.id AND k.kind = 'dose'), ''),"
    " coalesce((SELECT max(k.reason) FROM kept_stop k WHERE k.line_id = l.id AND k.kind = 'rule'), ''), is_long_term,"
    " group_no, is_own, untested_because, minutes"
    " FROM prescription_line l"
)


def prescription(prescription_id: bytes) -> Prescription | None:
    return db.read_one(Prescription, f"{_SHEET} WHERE id = ?", (prescription_id,))


def prescriptions_of_visit(visit_id: bytes) -> list[Prescription]:
    """Every sheet of a visit, signed and voided ones in the order of signing, the draft last."""
    return db.read(
        Prescription, f"{_SHEET} WHERE visit_id = ? ORDER BY state = 'draft', signed_at, prescription_no", (visit_id,)
    )


def draft_of_visit(visit_id: bytes) -> Prescription | None:
    """The sheet being written, or None."""
    return db.read_one(Prescription, f"{_SHEET} WHERE visit_id = ? AND state = 'draft'", (visit_id,))


def lines_of(prescription_id: bytes) -> list[PrescriptionLine]:
    """The lines of a sheet in their order, removed drafts left out."""
    return db.read(
        PrescriptionLine, f"{_LINE} WHERE prescription_id = ? AND deleted_at IS NULL ORDER BY line_no, id",
        (prescription_id,),
    )


def line(line_id: bytes) -> PrescriptionLine | None:
    """One line, a removed draft too."""
    return db.read_one(PrescriptionLine, f"{_LINE} WHERE id = ?", (line_id,))


def kept_stops_of(line_id: bytes) -> list[KeptStop]:
    return db.read(KeptStop, "SELECT line_id, kind, code, text, reason FROM kept_stop WHERE line_id = ?", (line_id,))


def kept_stops_of_sheet(prescription_id: bytes) -> dict[bytes, list[KeptStop]]:
    """The same for every line of a sheet that has any."""
    found: dict[bytes, list[KeptStop]] = {}
    for one in db.read(
        KeptStop, "SELECT k.line_id, k.kind, k.code, k.text, k.reason FROM prescription_line l"
        " JOIN kept_stop k ON k.line_id = l.id WHERE l.prescription_id = ?",
        (prescription_id,),
    ):  # fmt: skip
        found.setdefault(one.line_id, []).append(one)
    return found


def signed_today(on: date, doctor_id: bytes) -> list[Prescription]:
    """The sheets that a doctor signed on a day and did not void, newest first."""
    return db.read(
        Prescription, f"{_SHEET} WHERE signed_on = ? AND doctor_id = ? AND state = 'signed' ORDER BY signed_at DESC",
        (on.isoformat(), doctor_id),
    )  # fmt: skip
