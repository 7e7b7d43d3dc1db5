"""How each desk does its part of a visit by keyboard, and the served clinic that a module's tests share."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clinic_app import registry
from clinic_app.kernel import db, i18n, opening, sessions
from clinic_app.modules.desks import queries
from clinic_app.modules.people import queries as people
from devices.escpos.decoder import decode
from tests.browser.conftest import ROOT, Server
from tests.browser.keyboard import POSTS, Person
from tests.conftest import Clinic, config_of

COUGH = ("xezktj", "小儿止咳糖浆")
FEVER = ("dyxajf", "对乙酰氨基酚片")


def check(folder: Path) -> int:
    """`clinic check` on the folder, beside a running server or without one: 0 when everything agrees."""
    ran = subprocess.run(
        [sys.executable, "-m", "appliance", "--data", str(folder), "check"], cwd=ROOT, capture_output=True, text=True
    )
    if ran.returncode:
        print(ran.stdout, ran.stderr)
    return ran.returncode


def papers(folder: Path) -> list[str]:
    """The text of every paper that came out of a virtual printer, oldest first."""
    stored = sorted(folder.glob("virtual-printer/*/*.bin"), key=lambda path: path.stat().st_mtime_ns)
    return ["\n".join(getattr(one, "text", "") for one in decode(path.read_bytes())) for path in stored]


@contextmanager
def opened(folder: Path) -> Iterator[Clinic]:
    """The clinic of a folder that nobody serves yet, for what lies before the test's own story."""
    config = config_of(folder)
    modules = registry.wire(config)
    opening.open_clinic(folder, registry.migration_steps())
    i18n.use("zh-CN")
    try:
        yield Clinic(folder, config, modules)
    finally:
        db.close_database()


def shared_server(
    template: tuple[Path, bytes], tmp_path_factory: Any, prepare: Callable[[Clinic], Any] | None = None
) -> Iterator[Server]:
    """One server for a module, on a practice clinic that `prepare` filled; at its end it stops well and all agrees."""
    folder = tmp_path_factory.mktemp("day") / "clinic"
    shutil.copytree(template[0], folder)
    with opened(folder) as clinic:
        made = prepare(clinic) if prepare else {}
        tokens = begun_sessions(clinic)
    running = Server(folder, made, tokens)
    yield running
    assert running.stop() == 0
    assert check(folder) == 0


def begun_sessions(clinic: Clinic) -> dict[tuple[str, str], str]:
    """A session of every role in both languages, for those whose story begins after they signed in."""
    desks = {desk.name: desk.id for desk in queries.desks()}
    return {
        (role, language): sessions.start(
            language=language, person_id=people.find_by_staff_no(staff_no).id, desk_id=desks[desk]
        )[0]
        for role, (staff_no, desk) in POSTS.items()
        for language in i18n.LANGUAGES
    }  # fmt: skip


def finds(registrar: Person, typed: str) -> None:
    """A known person by what one types of them; the list chooses nobody by itself."""
    registrar.opens("挂号").has_focus("#q")
    registrar.type(typed).waits_for("#found:not([aria-busy]) [role=option]")
    registrar.press("ArrowDown", "Enter").waits_for("#reg-form input[name=patient]:not([value=''])", state="attached")


def chooses_room(registrar: Person, name: str) -> None:
    """The room by its name: Enter to the rooms, then the arrows."""
    registrar.goes_to("input[name=room]", key="Enter")
    for _ in range(4):
        chosen = registrar.page.locator("label.pick:has(input[name=room]:checked)").inner_text()
        if name in chosen:
            return
        registrar.press("ArrowRight")
    raise AssertionError(f"no room {name}")


def registers(registrar: Person, typed: str, room: str = "二诊室") -> int:
    """Register a known person; the queue number."""
    finds(registrar, typed)
    chooses_room(registrar, room)
    registrar.press("F9").sees("挂号成功", "#toast").has_focus("#q")
    found = re.search(r"(\d+) 号", registrar.page.inner_text("#toast"))
    assert found
    return int(found.group(1))


def calls_next(doctor: Person) -> None:
    doctor.opens("门诊工作站").waits_for("#q-1, li[id^=q-]")
    doctor.press("F9").has_focus("#chief-complaint")


def diagnoses(doctor: Person, typed: str, name: str) -> None:
    doctor.goes_to("#dx").type(typed).waits_for("#dx-sug:not([aria-busy]) [role=option]")
    doctor.press("Enter").sees(name, "#diagnoses").has_focus("#dx")


def starts_row(doctor: Person, typed: str, name: str) -> None:
    """A drug by its initials; its usual dose, frequency, days and route come with it."""
    doctor.press("Alt+n").has_focus("#rx-new")
    doctor.type(typed).sees(name, "#rx-sug:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#rx-dose")


def stores_row(doctor: Person, name: str) -> None:
    doctor.goes_to("#rx-route", key="Enter").press("Enter").sees(name, "#rx-grid tbody:not([data-entry]) td.nm")
    doctor.has_focus("#rx-new")


def prescribes(doctor: Person, typed: str, name: str) -> None:
    starts_row(doctor, typed, name)
    stores_row(doctor, name)


def submits(doctor: Person, told: str = "已提交") -> None:
    """Who is 35 or more is asked for a blood pressure once a year (VS-09); the next F9 signs without."""
    doctor.press("F9").waits_for(f"#toast :text('{told}'), #refusal :text('血压')")
    if doctor.page.locator("#refusal :text('血压')").count():
        doctor.press("F9").sees(told, "#toast")


BEFORE_DIAGNOSIS = ("present-illness", "past-history", "examination")


def fills_note(doctor: Person, *, fields: tuple[str, ...] = BEFORE_DIAGNOSIS) -> None:
    """What a first visit must hold beside complaint, diagnosis and plan, by Tab from the complaint."""
    texts = {"present-illness": "受凉后起病", "past-history": "否认慢性病", "examination": "咽红", "plan": "多饮水"}
    for field, text in ((name, texts[name]) for name in fields):
        doctor.goes_to(f"#{field}")
        if not doctor.page.input_value(f"#{field}"):
            doctor.type(text)


def sees_patient(doctor: Person, *drugs: tuple[str, str], complaint: str = "咽痛、发热 2 天") -> None:
    """The whole consultation, where it is not what the test is about."""
    calls_next(doctor)
    doctor.type(complaint)
    fills_note(doctor)
    diagnoses(doctor, "jxshxd", "急性上呼吸道感染")
    fills_note(doctor, fields=("plan",))
    for typed, name in drugs:
        prescribes(doctor, typed, name)
    submits(doctor)


def takes_up(cashier: Person, name: str) -> None:
    """The waiting list by keyboard: down to the name, Enter."""
    cashier.opens("收费").has_focus("#q")
    cashier.sees(name, "#pending-list")
    cashier.press("ArrowDown")
    for _ in range(40):
        if name in cashier.page.evaluate("document.activeElement.innerText"):
            break
        cashier.press("ArrowDown")
    cashier.press("Enter").sees(name, "#patient-banner").has_focus("#pay-cash")


def collects(cashier: Person, name: str, cash: str) -> None:
    takes_up(cashier, name)
    cashier.type(cash).press("F9").sees("收据", "#toast")


def opens_sheet(pharmacist: Person, name: str) -> None:
    """Find a paid sheet by the patient's name and open it."""
    pharmacist.opens("发药").press("F2").has_focus("#q")
    pharmacist.type(name).sees(name, "#q-sug:not([aria-busy]) [role=option]")
    pharmacist.press("ArrowDown", "Enter").sees(name, "#patient-banner").has_focus("#scan")


def ticks_all(pharmacist: Person) -> None:
    """Down into the lines and Space on each; after the last one the primary button has the focus."""
    pharmacist.has_focus("#scan").press("ArrowDown")
    for place in range(pharmacist.page.locator("#dispense-rows input[name=line]").count()):
        pharmacist.has_focus("#dispense-rows tr").press(" ")
        pharmacist.page.wait_for_function(
            "n => document.querySelectorAll('#dispense-rows input:checked').length === n", arg=place + 1, timeout=8000
        )
    pharmacist.has_focus("#hand-out")


def hands_out(pharmacist: Person, name: str) -> None:
    opens_sheet(pharmacist, name)
    ticks_all(pharmacist)
    pharmacist.press("F9").sees("的药发好了", "#toast")
