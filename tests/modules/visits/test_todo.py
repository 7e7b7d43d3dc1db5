"""What a clinic lacks before its first registration, and that the home page says it (待办)."""

from collections.abc import Callable

from clinic_app.modules.visits.queries.todo import todo
from tests.conftest import Browser, Clinic


def told(clinic: Clinic, role: str) -> list[tuple[str, str]]:
    return [(one.text, one.url) for one in todo(clinic.actor(role))]


def test_the_item_of_the_fee_that_is_in_no_list(clinic: Clinic, browser_as: Callable[..., Browser]) -> None:
    assert told(clinic, "administrator") == []
    clinic.raw("UPDATE service_item SET code = 'X' || code")
    fee = ("挂号时收的项目 S0003 不在字典里", "/parameters/dictionaries.registration_fee_item")
    assert told(clinic, "administrator") == [fee] == told(clinic, "manager")
    assert told(clinic, "registrar") == []
    browser = browser_as("administrator")
    assert fee[0] in browser.get("/").text
    page = browser.get(fee[1])
    assert page.status_code == 200 and "挂号时收的项目（项目代码）" in page.text


def test_doctors_without_a_certificate_are_named_and_so_is_that_there_is_none(clinic: Clinic) -> None:
    clinic.raw("UPDATE qualification SET ended_at = recorded_at, ended_by = recorded_by WHERE kind = 'doctor'")
    ((text, url),) = told(clinic, "administrator")
    assert text.startswith("没有有效的执业资格：") and url == "/people"
    assert told(clinic, "manager") == [], "only who keeps the staff can mend it"
    clinic.raw("DELETE FROM person_role WHERE role IN ('doctor', 'village_doctor')")
    assert told(clinic, "administrator") == [("还没有医生", "/people")]
