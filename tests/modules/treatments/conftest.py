"""A visit whose doctor writes injections and infusions, a cashier who collects and a nurse who executes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import SystemTime, clock, from_local, local, today
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.charging.services import Tender
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation import services as doctor
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries as pharmacy
from clinic_app.modules.pharmacy import services as pharmacy_services
from clinic_app.modules.treatments import queries, services
from clinic_app.modules.visits import services as visit_services
from tests.conftest import Clinic
from tests.visit import NOTE

PENICILLIN, SALINE, CEFAZOLIN, AMOXICILLIN = "D0042", "D0034", "D0047", "D0001"
HEALTHY = "刘建国"


def _to_the_morning() -> int:
    """In ms, 0 before eight in the evening: what takes hours of one day is played on the next one."""
    now = local(SystemTime().wall_ms())
    return 0 if now.hour < 20 else int((30 - now.hour) * 3_600_000 - now.minute * 60_000)


TO_THE_MORNING = _to_the_morning()


class Later(SystemTime):
    """The PC a while on, with its running time."""

    def __init__(self, ms: int):
        self.ms = ms + TO_THE_MORNING

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ms

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ms


@dataclass
class Case:
    """One visit from the doctor to the treatment room."""

    clinic: Clinic
    visit_id: bytes
    patient_id: bytes

    def run(self, role: str, act: Callable[..., Any], *args: Any, place: int = 0, **named: Any) -> Any:
        return self.clinic.run(self.clinic.actor(role, place), lambda uow: act(uow, *args, **named))

    def draft(self, act: Callable[..., Any], *args: Any, **named: Any) -> Any:
        actor = self.clinic.actor("doctor")
        return self.clinic.run(actor, lambda uow: act(uow, self.visit_id, *args, **named), quiet=True)

    @property
    def rev(self) -> int:
        found = consultation.draft_of_visit(self.visit_id)
        return found.rev if found else 0

    def add(self, code: str, dose: str, frequency: str, days: int, route: str) -> bytes:
        drug = dictionaries.drug_by_code(code)
        assert drug is not None
        typed = TypedLine(drug.id, dose, frequency, str(days), route)
        return bytes.fromhex(self.draft(doctor.add_line, typed, self.rev)["line_id"])

    def use(self, line: bytes, **more: Any) -> None:
        told = {"is_own": False, "minutes": "", "untested_because": "", "is_untested": False, **more}
        self.draft(doctor.set_use, line, self.rev, **told)

    def join(self, line: bytes) -> None:
        self.draft(doctor.join_group, line, self.rev)

    def ask(self, code: str, quantity: str = "") -> None:
        item, found = dictionaries.service_by_code(code), requests.draft_request(self.visit_id)
        assert item is not None
        self.draft(doctor.add_item, item.id, found.rev if found else 0, quantity=quantity)

    def sign(self) -> Any:
        note = consultation.note(self.visit_id)
        assert note is not None
        found = dictionaries.diagnosis_by_code("J06.900")
        assert found is not None
        if not consultation.diagnoses_of_visit(self.visit_id):
            self.draft(doctor.add_diagnosis, diagnosis_id=found.id)
        note = consultation.note(self.visit_id)
        assert note is not None
        return self.run(
            "doctor", doctor.sign_visit, self.visit_id, note_rev=note.rev, sheet_rev=self.rev,
            fields=NOTE,
        )  # fmt: skip

    def pay(self) -> Any:
        lines = charging.open_lines(self.visit_id, today())
        total = sum(one.amount_fen for one in lines)
        return self.run(
            "cashier", charging_services.charge_visit, self.visit_id, lines_seen=[one.id.hex() for one in lines],
            total_seen_fen=total, tenders=[Tender("cash", total)],
        )  # fmt: skip

    @property
    def sheet_id(self) -> bytes:
        return next(one.id for one in consultation.prescriptions_of_visit(self.visit_id) if one.state == "signed")

    @property
    def tests(self) -> list[queries.SkinTest]:
        return queries.open_tests_of_patient(self.patient_id, today())

    @property
    def entries(self) -> list[queries.Execution]:
        return queries.entries_of_patient(self.patient_id, today())

    def negative(self) -> None:
        """The skin test of the sheet is done and read as negative."""
        test = self.tests[0]
        self.run("nurse", services.start_test, test.id)
        clock.source = Later(15 * 60_000)
        self.read("3", "5")

    def read(self, before: str, after: str, second: str = "0002") -> Any:
        return self.run(
            "nurse", services.read_test, self.tests[0].id, before_mm=before, after_mm=after, second=second
        )

    def begin(self, one: queries.Execution, patient: str | None = None, label: str | None = None, **more: Any) -> Any:
        number = db.value("SELECT visit_no FROM visit WHERE id = ?", (self.visit_id,))
        return self.run(
            "nurse", services.begin, one.id, patient_code=number if patient is None else patient,
            label=one.label_no if label is None else label, **more,
        )  # fmt: skip

    def dispense(self) -> Any:
        sheet = pharmacy.sheet(self.sheet_id)
        assert sheet is not None
        seen = [one.id for one in pharmacy.lines_of(sheet, today())]
        return self.run("pharmacist", pharmacy_services.dispense, sheet.id, seen)


@pytest.fixture
def case(clinic: Clinic) -> Callable[..., Case]:
    """`case(name)`: a visit begun by the doctor; `with_number=False` for one without registration and its fee."""

    def begin(name: str = HEALTHY, *, with_number: bool = True) -> Case:
        patient_id, room = db.value("SELECT id FROM patient WHERE name = ?", (name,)), desks.rooms()[1]
        if with_number:
            made = clinic.run(
                clinic.actor("registrar"),
                lambda uow: visit_services.register_visit(uow, patient_id=patient_id, room_id=room.id),
            )
            visit_id = bytes.fromhex(made["visit_id"])
            clinic.run(clinic.actor("doctor"), lambda uow: doctor.start(uow, visit_id))
        else:
            made = clinic.run(clinic.actor("doctor"), lambda uow: doctor.receive(uow, room_id=room.id, who=patient_id))
            visit_id = bytes.fromhex(made["visit_id"])
        return Case(clinic, visit_id, patient_id)

    before = clock.source
    if TO_THE_MORNING:
        clock.source = Later(0)
    yield begin
    clock.source = before


def moment(day: int, hour: int, minute: int = 0) -> int:
    return from_local(datetime(2024, 3, day, hour, minute))
