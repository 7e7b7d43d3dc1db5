"""The clinics a run works on: the practice clinic with desks, goods and patients for the bench, made once and kept."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from appliance import practice
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, installation, keys, opening
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.desks import services as desk_services
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import services as people_services
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from tests.bench import patients

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".bench-cache"
ROLES = {"registrar": "挂号", "doctor": "医师", "cashier": "收费", "pharmacist": "药师"}
CERTIFICATES = {
    "doctor": (("doctor", "physician"), ("antimicrobial", "restricted")), "pharmacist": (("pharmacist", "pharmacist"),),
}  # fmt: skip
MOST_CLIENTS = 10
DRUGS = ("D0011", "D0016", "D0038")
UNITS = 9_000_000
PRINTER = "/dev/null"  # a device that takes every byte: the paper goes through the driver's own process


def desk_name(role: str, place: int) -> str:
    """The desk of a client's person."""
    return f"{role} {place}"


def staff_no(role: str, place: int) -> str:
    """Who works at that desk, with the practice password."""
    return f"{role[0].upper()}{place:03d}"


def config_of(folder: Path, port: int = 0) -> Config:
    return Config(folder, port, 4, ("localhost", "127.0.0.1"), "zh-CN", "", "INFO")


def clinic(count: int, say: Callable[[str], None]) -> Path:
    """The cached folder of a clinic with `count` patients and no visit; never run a server on it, copy it."""
    return cached(f"patients-{count}", lambda folder: _make(folder, count), say)


def cached(name: str, make: Callable[[Path], None], say: Callable[[str], None]) -> Path:
    """A folder made once for this schema and this bench; half-made ones are made anew."""
    folder = CACHE / _mark() / name
    if folder.exists():
        return folder
    say(f"making {name} once in {folder.parent.relative_to(ROOT)}")
    for stale in set(CACHE.glob("*")) - {folder.parent}:
        shutil.rmtree(stale, ignore_errors=True)
    part = folder.with_name(name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    make(part)
    part.rename(folder)
    return folder


def copy_of(folder: Path, target: Path) -> Path:
    """A folder to run on: the clinic as it was made."""
    shutil.copytree(folder, target)
    return target


def open_clinic(folder: Path) -> None:
    """Open a clinic in this process, as `clinic check` does."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())


def _make(folder: Path, count: int) -> None:
    registry.wire(config_of(folder))
    opening.create_clinic(folder, keys.new_seed(), practice.FACTS, registry.migration_steps(), practice.fill)
    furnish(folder, count)


def furnish(folder: Path, count: int, *, clients: int = MOST_CLIENTS) -> None:
    """Give a practice clinic `count` patients, and people and desks for so many clients."""
    open_clinic(folder)
    try:
        with unit_of_work(SYSTEM) as uow:
            _add_places(uow, clients)
        with db.write_transaction() as conn:
            patients.write_patients(conn, count, prefix=installation.current().prefix(), by=bytes(16))
            conn.execute("UPDATE series SET last = ? WHERE name = 'patients.person'", (patients.FIRST_NUMBER + count,))
    finally:
        opening.close_clinic()


def _add_places(uow: UnitOfWork, clients: int) -> None:
    """One open room, a person and a desk for each part of each client, and goods for any number of visits."""
    room = next(one for one in desks.rooms() if one.code == "2")
    for other in desks.rooms():
        if other.id != room.id:
            desk_services.change_room(
                uow, other.id, code=other.code, name=other.name, speciality=other.speciality, is_open=False
            )
    for place in range(clients):
        for role, title in ROLES.items():
            made = people_services.add_person(
                uow, staff_no=staff_no(role, place), name=f"{title}{place}", title=title, roles=(role,),
                password=practice.PASSWORD,
            )  # fmt: skip
            for kind, level in CERTIFICATES.get(role, ()):
                people_services.add_qualification(
                    uow, bytes.fromhex(made["person_id"]), kind=kind, level=level, valid_from=uow.on
                )
            prints = role in ("registrar", "cashier")
            desk_services.add_desk(
                uow, name=desk_name(role, place), room_id=room.id if role == "doctor" else None,
                printer_kind="file" if prints else "none", printer_address=PRINTER if prints else "",
                reader_kind="virtual" if role == "registrar" else "none",
            )  # fmt: skip
    drugs = [drug for code in DRUGS if (drug := dictionaries.drug_by_code(code))]
    lines = [
        stock_services.GoodsLine(drug.id, "BENCH", uow.on + timedelta(days=3650), UNITS, 10_000) for drug in drugs
    ]
    stock_services.receive_goods(
        uow, place_id=stock.pharmacy_place().id, supplier="样例医药公司", document_no="BENCH", lines=lines
    )


def _mark() -> str:
    """Another schema, starter list or bench makes other folders; those of before are thrown away."""
    digest = hashlib.sha256(str(date.today().year).encode())
    for path in sorted([*ROOT.glob("clinic_app/**/migrations/*.py"), *ROOT.glob("clinic_app/**/data/*.csv")]):
        digest.update(path.read_bytes())
    for name in ("clinics.py", "patients.py", "aging.py", "rows.py", "visit.toml"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()[:12]
