"""A visit that is being written: 陈桂英 is allergic to penicillins, 王大山 was never asked, 吴小宝 is six."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.visits import services as visit_services
from tests.conftest import Clinic

ALLERGIC, NOT_ASKED, CHILD, HEALTHY = "陈桂英", "王大山", "吴小宝", "刘建国"
AMOXICILLIN, CEFALEXIN, AZITHROMYCIN, AMLODIPINE, AMBROXOL = "D0001", "D0003", "D0006", "D0019", "D0017"
SOLD_OUT, PRN_SALTS, LORATADINE, PARACETAMOL, METRONIDAZOLE = "D0004", "D0030", "D0016", "D0011", "D0010"
LEVOFLOXACIN, OMEPRAZOLE, CHLORPHENAMINE, COLD_REMEDY, SMECTITE = "D0009", "D0028", "D0015", "D0037", "D0029"

CONTENTS = {
    "chief_complaint": "咳嗽 3 天", "present_illness": "受凉后起病", "past_history": "否认慢性病",
    "examination": "咽红", "plan": "休息",
}  # fmt: skip
"""What a first visit must hold (OR-02) beside what a new note says by itself, and the diagnosis."""


def typed(code: str, **other: str) -> TypedLine:
    """A row as picked from the list: the drug's usual use, then what is typed over it."""
    drug = dictionaries.drug_by_code(code)
    assert drug is not None
    usual = {
        "dose": f"{drug.usual_dose}{drug.dose_unit}", "frequency": drug.frequency, "days": str(drug.usual_days or 3),
        "route": drug.route,
    }  # fmt: skip
    return TypedLine(drug.id, **{**usual, **other})


@dataclass
class Writing:
    """One visit in consultation, written by its doctor."""

    clinic: Clinic
    visit_id: bytes
    patient_id: bytes

    def draft(self, act: Callable[..., Any], *args: Any, place: int = 0, **named: Any) -> Any:
        doctor = self.clinic.actor("doctor", place)
        return self.clinic.run(doctor, lambda uow: act(uow, self.visit_id, *args, **named), quiet=True)

    @property
    def sheet_rev(self) -> int:
        draft = queries.draft_of_visit(self.visit_id)
        return draft.rev if draft else 0

    def add(self, code: str, **other: str) -> bytes:
        return bytes.fromhex(self.draft(services.add_line, typed(code, **other), self.sheet_rev)["line_id"])

    def note(self, **fields: str) -> None:
        note = queries.note(self.visit_id)
        assert note is not None
        self.draft(services.save_note, fields, note.rev)

    def write(self) -> None:
        """The least that can be signed."""
        self.note(**CONTENTS)
        found = dictionaries.diagnosis_by_code("J06.900")
        assert found is not None
        self.draft(services.add_diagnosis, diagnosis_id=found.id)

    def sign(
        self, place: int = 0, *, twice: bool = True, request_rev: int | None = None, **fields: str
    ) -> dict[str, Any]:
        note = queries.note(self.visit_id)
        rev = note.rev if note else 1
        doctor = self.clinic.actor("doctor", place)
        return self.clinic.run(
            doctor,
            lambda uow: services.sign_visit(
                uow, self.visit_id, note_rev=rev, sheet_rev=self.sheet_rev, fields=fields,
                signed_twice=twice, request_rev=request_rev,
            ),
        )

    @property
    def signed(self) -> list[queries.Prescription]:
        return [one for one in queries.prescriptions_of_visit(self.visit_id) if one.state == "signed"]


@pytest.fixture
def arrive(clinic: Clinic) -> Callable[..., bytes]:
    """`arrive(HEALTHY)`: registered in the doctor's room, waiting; the visit id."""

    def register(name: str, kind: str = "general") -> bytes:
        patient_id, room = db.value("SELECT id FROM patient WHERE name = ?", (name,)), desks.rooms()[1]
        made = clinic.run(
            clinic.actor("registrar"),
            lambda uow: visit_services.register_visit(
                uow, patient_id=patient_id, room_id=room.id, kind=kind, payer="self"
            ),
        )
        return bytes.fromhex(made["visit_id"])

    return register


@pytest.fixture
def writing(clinic: Clinic, arrive: Callable[..., bytes]) -> Callable[..., Writing]:
    """`writing(HEALTHY)`: a visit begun by the first doctor."""

    def begin(name: str = HEALTHY, kind: str = "general") -> Writing:
        visit_id = arrive(name, kind)
        clinic.run(clinic.actor("doctor"), lambda uow: services.start(uow, visit_id))
        patient_id = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,))
        return Writing(clinic, visit_id, patient_id)

    return begin
