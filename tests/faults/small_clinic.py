"""A clinic as small as it can be and still have a whole visit: every power cut copies and reads all of it."""

from datetime import date, timedelta
from pathlib import Path

from appliance import practice
from clinic_app import registry
from clinic_app.kernel import keys, opening
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import importing, starter
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.people import services as people
from clinic_app.modules.stock import services as stock
from clinic_app.modules.stock.services import GoodsLine
from tests.conftest import config_of

ROLES = ("registrar", "doctor", "pharmacist", "cashier", "administrator")
DRUGS = ("D0001", "D0005", "D0006")
WHOLE = ("invoice_categories", "allergy_groups", "frequencies", "routes")
PARTS = {"diagnoses": ("J06.900",), "services": ("S0003",), "drugs": DRUGS}


def make(folder: Path) -> bytes:
    """Make the clinic in an empty folder, closed and with an empty log; returns the master seed of its keys."""
    seed = keys.new_seed()
    registry.wire(config_of(folder))
    opening.create_clinic(folder, seed, practice.FACTS, registry.migration_steps(), fill)
    return seed


def staff() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """The first practice person of each role that works here."""
    first = {roles[0]: (number, name, title, roles) for number, name, title, roles in reversed(practice.STAFF)}
    return sorted(row for role, row in first.items() if role in ROLES)


def fill(uow: UnitOfWork) -> None:
    """One person a role, of whom only the administrator must be able to sign in; three drugs, two patients."""
    made = {}
    for staff_no, name, title, roles in staff():
        password = practice.PASSWORD if roles[0] == "administrator" else None
        made[staff_no] = people.add_person(
            uow, staff_no=staff_no, name=name, title=title, roles=roles, password=password
        )["person_id"]
    practice.qualify(uow, made)
    practice.add_desks(uow)
    for kind in WHOLE:
        importing.import_file(uow, kind, starter.DATA / f"{kind}.csv")
    for kind, codes in PARTS.items():
        importing.bring_in(uow, importing.prepare(kind, _lines(kind, codes), f"{kind}.csv", uow.on))
    place = bytes.fromhex(stock.add_place(uow, code="P1", name="西药房")["place_id"])
    receive(uow, place, "A1", uow.on + timedelta(days=300), packs=200)
    for name in ("许春芳", "马德胜"):
        patients.register_patient(uow, PatientData(name, "1", date(1966, 7, 8), allergy_state="none"))


def receive(uow: UnitOfWork, place_id: bytes, batch_no: str, expires_on: date, *, packs: int) -> dict[str, object]:
    """A delivery of every drug."""
    found = [drug for code in DRUGS if (drug := dictionaries.drug_by_code(code))]
    lines = [GoodsLine(drug.id, batch_no, expires_on, packs * drug.pack_size, 52_000) for drug in found]
    return stock.receive_goods(uow, place_id=place_id, supplier="样例医药公司", document_no="", lines=lines)


def _lines(kind: str, codes: tuple[str, ...]) -> bytes:
    """The header and the lines of these codes."""
    header, *lines = (starter.DATA / f"{kind}.csv").read_bytes().splitlines(keepends=True)
    wanted = tuple(code.encode() + b"," for code in codes)
    return header + b"".join(line for line in lines if line.startswith(wanted))
