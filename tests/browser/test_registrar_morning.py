"""The registrar's morning by keyboard: a feverish newcomer, an appointment, another room, another payer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel.clock import today
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.visits import services
from clinic_app.modules.visits.rules.sessions import Hours
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser


def plan(clinic: Clinic) -> dict[str, str]:
    """A session that is held whatever the time is."""
    room = next(one.id for one in desks.rooms() if one.code == "1")
    wanted = services.Plan(clinic.actor("doctor", 1).person_id, room, None, today(), Hours(0, 1440, 300))
    visit.run(clinic, "manager", lambda uow: services.add_session(uow, wanted))
    return {}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, plan)


def newcomer(registrar: Person, name: str, born: str) -> None:
    registrar.opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name").type(name)
    registrar.goes_to("[name=sex]", key="Tab").press(" ").goes_to("#born_on", key="Tab").type(born)


def test_a_feverish_newcomer_is_sent_to_the_fever_room_by_one_more_key(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    newcomer(registrar, "沈冬青", "41")
    registrar.goes_to("#temperature", key="Enter").type("38.5")
    registrar.press("F9").sees("改到发热诊室", "#matches").has_focus("#matches").holds("#temperature", "38.5")
    registrar.press("F9").sees("发热诊室", "#toast").has_focus("#q").sees("发热诊室", "#queue tr")


def test_a_wrong_temperature_is_said_beside_its_field(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    day.finds(registrar, "ljg")
    registrar.goes_to("#temperature", key="Enter").type("385").press("F9").sees("体温「385」不对", "#temperature-msg")
    registrar.has_focus("#temperature").press("Control+a").type("36.5").press("F9").sees("挂号成功", "#toast")


def test_an_appointment_by_phone_becomes_a_visit_on_arrival(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").opens("预约").has_focus("#who")
    registrar.type("冉春梅").waits_for("#who-sug:not([aria-busy]) [role=option]").press("ArrowDown", "Enter")
    registrar.goes_to("#phone").type("19900001188").press("F9").sees("约好了：冉春梅", "#toast")
    registrar.sees("约好", "#appointments tr").goes_to("#a1").press("Enter").waits_for("#dialog dialog[open]")
    registrar.press("Alt+k").sees("预约来的", "#reg-form").holds("#name", "冉春梅").holds("#phone", "19900001188")
    registrar.goes_to("[name=sex]").press(" ").goes_to("#born_on").type("52").press("F9")
    registrar.sees("挂号成功", "#toast").sees("一诊室", "#toast")
    registrar.opens("预约").sees("来了", "#appointments .tag")


def test_a_booking_without_a_way_to_reach_them_keeps_what_was_typed(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").opens("预约").has_focus("#who")
    registrar.type("汤小满").press("F9").sees("留手机号", "#phone-msg").holds("#who", "汤小满").has_focus("#phone")


def test_a_visit_goes_to_another_room_and_to_another_payer(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    number = day.registers(registrar, "zly", room="一诊室")
    registrar.press("Alt+t").waits_for("#dialog dialog[open]").has_focus("#transfer-visit")
    registrar.page.locator("#transfer-visit").select_option(index=0)
    while "张兰英" not in registrar.page.locator("#transfer-visit option:checked").inner_text():
        registrar.press("ArrowDown")
    registrar.goes_to("#to").press("ArrowDown", "ArrowDown").goes_to("#why").press(" ").press("F9")
    registrar.sees(f"{number} 号转到二诊室", "#toast").sees("二诊室", f"#queue #v{number}").has_focus("#q")
    registrar.press("Alt+p").waits_for("#dialog dialog[open]").has_focus("#payer-visit")
    registrar.goes_to("#new-payer").press("F9").sees("费别没有", "#dialog .msg")
    registrar.goes_to("#new-payer").press("ArrowDown", "ArrowDown").press("F9")
    registrar.sees(f"{number} 号改成城乡居民医保", "#toast").has_focus("#q")


def test_the_manager_plans_a_session_and_a_clash_is_told_beside_its_field(person: Callable[..., Person]) -> None:
    manager = person("manager", at="/registration/sessions")
    for told in ("排上了", "撞了"):
        manager.has_focus("#doctor").press("ArrowDown").goes_to("#room").press("ArrowDown", "ArrowDown")
        manager.goes_to("#session_on").type("2099-01-05").press("F9").sees(told)
    manager.sees("撞了", "#from_time-msg").holds("#session_on", "2099-01-05")
