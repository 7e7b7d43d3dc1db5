"""Skin tests (皮试): one test, those of a sheet or person, and the negative one that still counts."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.treatments.rules import has_lapsed


@dataclass(frozen=True, slots=True)
class SkinTest:
    """One test: `state` ordered, started, negative, positive or cancelled; wheals in mm, instants in ms UTC."""

    id: bytes
    test_no: str
    visit_id: bytes
    patient_id: bytes
    prescription_id: bytes
    line_id: bytes
    drug_id: bytes
    is_charged: bool
    state: str
    ordered_at: int
    started_at: int | None
    batch_no: str
    before_mm: int | None
    after_mm: int | None
    least_minutes: int | None
    read_at: int | None
    read_by: bytes | None
    second_by: bytes | None

    @property
    def drug(self) -> dictionaries.Drug:
        found = dictionaries.drug(self.drug_id)
        assert found is not None  # a foreign key holds it
        return found

    @property
    def is_paid(self) -> bool:
        """Whether its fee is paid; a free one is."""
        if not self.is_charged:
            return True
        states = charging.line_states([self.id])
        return any(state.is_paid for state in states.values())


TEST_SQL = (
    "SELECT t.id, t.test_no, t.visit_id, t.patient_id, t.prescription_id, t.line_id, t.drug_id, t.is_charged, t.state,"
    " t.ordered_at, t.started_at, t.batch_no, t.before_mm, t.after_mm, t.least_minutes, t.read_at, t.read_by,"
    " t.second_by FROM skin_test t"
)
_LAST_DOSE = (
    "SELECT max(e.started_at) FROM execution e JOIN execution_part p ON p.execution_id = e.id"
    " WHERE e.patient_id = ? AND p.drug_id = ? AND e.started_at IS NOT NULL"
)
_POSITIVE = (
    f"{TEST_SQL} JOIN charge_line c ON c.source_id = t.prescription_id AND c.source_line_id = t.line_id"
    " WHERE t.state = 'positive' AND t.read_at >= ? AND c.state <> 'withdrawn' ORDER BY t.read_at LIMIT 50"
)


def skin_test(test_id: bytes) -> SkinTest | None:
    return db.read_one(SkinTest, f"{TEST_SQL} WHERE id = ?", (test_id,))


def tests_of_sheet(prescription_id: bytes) -> list[SkinTest]:
    return db.read(SkinTest, f"{TEST_SQL} WHERE prescription_id = ? ORDER BY test_no", (prescription_id,))


def tests_of_patient(patient_id: bytes, drug_id: bytes) -> list[SkinTest]:
    """Every test of the person with a drug, the newest first."""
    found = [
        one for record in patients.same_person(patient_id)
        for one in db.read(SkinTest, f"{TEST_SQL} WHERE patient_id = ? AND drug_id = ?", (record, drug_id))
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.ordered_at, reverse=True)


def test_that_counts(patient_id: bytes, drug_id: bytes, next_dose_at: int, *, lapse_hours: int) -> SkinTest | None:
    """The newest read test, when it is negative and the drug was not interrupted longer than `lapse_hours` (ST-04)."""
    read = [one for one in tests_of_patient(patient_id, drug_id) if one.read_at is not None]
    newest = max(read, key=lambda one: one.read_at or 0, default=None)
    if newest is None or newest.state != "negative" or newest.read_at is None:
        return None
    doses = [
        at for record in patients.same_person(patient_id)
        if (at := db.value(_LAST_DOSE, (record, drug_id))) is not None
    ]  # fmt: skip
    last = max([newest.read_at, *doses])
    return None if has_lapsed(last, next_dose_at, lapse_hours) else newest


def positive_to_return(since: int) -> list[SkinTest]:
    """Positive tests whose drug is still charged: the doctor changes the sheet, the cashier pays back (ST-03)."""
    return db.read(SkinTest, _POSITIVE, (since,))
