"""A new colleague by keyboard alone: the own password is asked for once, the slip opens the account."""

from collections.abc import Callable

import pytest

from appliance.practice import PASSWORD
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser
OWN = "three-willow-trees"


def fills_in(one: Person, staff_no: str, name: str) -> None:
    one.has_focus("#staff_no").type(staff_no)
    one.press("Enter").type(name)
    one.goes_to("input[value=nurse]").press("Space")


def test_a_colleague_is_added_and_sets_an_own_password(person: Callable[..., Person]) -> None:
    administrator, colleague = person("administrator", at="/people"), person()
    fills_in(administrator, "0021", "林小满")
    administrator.press("F9").has_focus("#proof")
    said, bar = (administrator.page.locator(one).bounding_box() for one in ("#proof-msg", ".actionbar"))
    assert said["y"] > 0 and said["y"] + said["height"] < bar["y"]
    assert administrator.page.input_value("#name") == "林小满" and administrator.page.is_checked("[value=nurse]")
    administrator.type("not this one").press("F9").has_focus("#proof[aria-invalid]")
    administrator.type(PASSWORD).press("F9")
    code = administrator.page.locator("#code").inner_text()
    administrator.press("Escape").page.wait_for_url("**/people/*")
    administrator.press("Alt+n")
    fills_in(administrator, "0022", "高远")
    administrator.press("F9").page.locator("#code").wait_for()  # asked a moment ago, not again

    colleague.page.goto(f"{colleague.url}/sign-in")
    colleague.goes_to("#staff-no").type("0021").press("Enter").has_focus("#password").type(code).press("Enter")
    colleague.has_focus("#password").type(OWN).press("Enter").type(OWN).press("F9")
    colleague.page.locator(".who").get_by_text("林小满").wait_for()
