"""The parameters page (CFG-12, CFG-15): every limit with its days, changed for the future with a reason."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.parameters import queries, services

NAME = "consultation.days_limit"
URL = f"/parameters/{NAME}"


def change(browser: Any, **typed: str) -> Any:
    return browser.post(URL, {"value": "5", "valid_from": "", "source": "院内规定 3 号", "seen": "7", **typed})


def test_a_change_holds_from_its_day_and_is_readable_with_its_reason(browser_as: Any) -> None:
    today = clock.read().on
    assert change(browser_as("manager"), valid_from="+3").status_code == 303
    assert parameters.value(NAME, today + timedelta(days=2)) == 7
    assert parameters.value(NAME, today + timedelta(days=3)) == 5
    assert [(one.value, one.until) for one in queries.history(NAME)] == [("7", today + timedelta(days=2)), ("5", None)]
    page = browser_as("auditor").get(URL).text
    assert "院内规定 3 号" in page and (today + timedelta(days=3)).isoformat() in page
    audit = db.row("SELECT action, detail FROM audit WHERE action LIKE 'parameters%' ORDER BY seq DESC LIMIT 1")
    assert audit and audit[0] == "parameters.change" and NAME in audit[1]


def test_a_change_from_today_rules_the_next_command(browser_as: Any) -> None:
    assert change(browser_as("administrator")).status_code == 303
    assert parameters.value(NAME, clock.read().on) == 5


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"value": "91"}, "91"),
        ({"value": "a few"}, "要填整数"),
        ({"value": "7"}, "没有可改的"),
        ({"valid_from": "-1"}, "不能从"),
        ({"valid_from": "31.31"}, "没有这一天"),
        ({"source": ""}, "写一下为什么改"),
    ],
)
def test_wrong_input_is_told_at_its_field_and_kept(typed: dict[str, str], said: str, browser_as: Any) -> None:
    answer = change(browser_as("manager"), **typed)
    assert answer.status_code == 422 and said in answer.text
    assert 'value="院内规定 3 号"' in answer.text or "source" in typed
    assert parameters.value(NAME, clock.read().on) == 7


def test_who_looked_before_a_colleague_changed_it_is_told_and_keeps_what_was_typed(browser_as: Any) -> None:
    change(browser_as("manager"))
    late = change(browser_as("administrator"), value="6")
    assert late.status_code == 409 and "现在是 5" in late.text and 'value="6"' in late.text
    assert 'name="seen" value="5"' in late.text and parameters.value(NAME, clock.read().on) == 5


def test_a_double_click_changes_once(browser_as: Any) -> None:
    manager = browser_as("manager")
    form = {"value": "5", "valid_from": "", "source": "院内规定", "seen": "7", "once": "k" * 24}
    assert [manager.post(URL, form).status_code for _again in range(2)] == [303, 303]
    assert len(queries.history(NAME)) == 2


@pytest.mark.parametrize(("role", "status"), [("doctor", 403), ("cashier", 403), ("auditor", 403)])
def test_others_change_nothing(role: str, status: int, browser_as: Any) -> None:
    assert change(browser_as(role)).status_code == status
    assert parameters.value(NAME, clock.read().on) == 7


def test_every_declared_parameter_has_its_line_and_is_found_by_its_words(browser_as: Any) -> None:
    manager = browser_as("manager")
    whole = manager.get("/parameters").text
    assert [one.name for one in parameters.declared() if f'/parameters/{one.name}"' not in whole] == []
    found = manager.get("/parameters?q=急诊处方").text
    assert "consultation.emergency_days_limit" in found and "people.proof_minutes" not in found
    assert "没有这样的参数" in manager.get("/parameters?q=%00<script>").text
    assert manager.get("/parameters/none.such").status_code == 404


@pytest.mark.parametrize("typed", ["12", "abc", "55-12", "12-", "12-55-60", "12 - 55", "-1-3"])
def test_a_range_that_no_rule_could_read_is_told_at_its_field(typed: str, browser_as: Any) -> None:
    name, held = "consultation.childbearing_years", "12-55"
    form = {"value": typed, "valid_from": "", "source": "院内规定 3 号", "seen": held}
    answer = browser_as("manager").post(f"/parameters/{name}", form)
    assert answer.status_code == 422 and f'value="{typed}"' in answer.text
    assert parameters.value(name, clock.read().on) == held


def test_every_range_is_declared_as_one_and_decimals_are_taken(browser_as: Any) -> None:
    ranges = {one.name for one in parameters.declared() if one.is_range}
    assert ranges >= {one.name for one in parameters.declared() if one.name.endswith(("_range", "_years"))
                      and isinstance(one.value, str)}  # fmt: skip
    form = {"value": "0.4-350", "valid_from": "", "source": "院内规定 3 号", "seen": "0.3-400"}
    assert browser_as("manager").post("/parameters/consultation.weight_range", form).status_code == 303


def test_a_note_is_asked_only_for_what_it_has(browser_as: Any) -> None:
    name = "consultation.first_contents"
    held = parameters.value(name, clock.read().on)
    form = {"value": "present_ilness plan", "valid_from": "", "source": "院内规定 3 号", "seen": held}
    assert browser_as("manager").post(f"/parameters/{name}", form).status_code == 422
    assert browser_as("manager").post(f"/parameters/{name}", form | {"value": "plan results"}).status_code == 303


LISTED = [
    ("charging.denominations_fen", ("10000 5000 abc", "0 100", "10000,5000", "-100"), "10000 5000 2000 1000"),
    ("charging.cash_rounding_fen", ("3", "7", "0", "11"), ""),
    ("charging.fee_components", ("S0001 S9999",), "S0001 S0002"),
    ("consultation.herbal_category", ("herbs", "herbal_drug western_drug"), "western_drug"),
    ("consultation.same_use_groups", ("penicillins;nosuch", "penicillins,nsaids", "nsaids;"), "nsaids salicylates"),
    ("consultation.local_routes", ("ext nosuch", "ext;eye"), "ext eye"),
    ("stock.pharmacy_place", ("P9", "P1 P9"), ""),
    ("stock.marked_up_categories", ("herbs",), "herbal_drug western_drug"),
    ("dictionaries.registration_fee_item", ("S9999",), "S0001"),
    ("visits.village_fee_item", ("S9999",), "S0001"),
    ("treatments.skin_test_item", ("S9999",), "S0005"),
    ("visits.fever_room", ("ZZ",), "-"),
]


@pytest.mark.parametrize(
    ("name", "typed"), [(name, wrong) for name, some, _fine in LISTED for wrong in some], ids=lambda one: str(one)
)
def test_a_value_that_would_quietly_do_nothing_is_refused_at_its_field(name: str, typed: str, browser_as: Any) -> None:
    held = parameters.value(name, clock.read().on)
    form = {"value": typed, "valid_from": "", "source": "院内规定 3 号", "seen": held}
    answer = browser_as("manager").post(f"/parameters/{name}", form)
    assert answer.status_code == 422 and f'value="{typed}"' in answer.text
    assert parameters.value(name, clock.read().on) == held


@pytest.mark.parametrize(("name", "typed"), [(name, fine) for name, _wrong, fine in LISTED if fine])
def test_codes_that_their_list_has_are_taken(name: str, typed: str, browser_as: Any) -> None:
    held = parameters.value(name, clock.read().on)
    form = {"value": typed, "valid_from": "", "source": "院内规定 3 号", "seen": held}
    assert browser_as("manager").post(f"/parameters/{name}", form).status_code == 303
    assert parameters.value(name, clock.read().on) == typed


def test_the_coin_is_one_of_those_in_use(browser_as: Any) -> None:
    manager, name = browser_as("manager"), "charging.cash_rounding_fen"
    assert "可以填 1 / 10，出厂是 1" in manager.get(f"/parameters/{name}").text
    form = {"value": "10", "valid_from": "", "source": "院内规定 3 号", "seen": "1"}
    assert manager.post(f"/parameters/{name}", form).status_code == 303


def test_every_parameter_that_came_with_the_product_may_be_saved_as_it_is(clinic: Any) -> None:
    """A form or a list that the first value does not fit would lock its parameter for good."""
    tried = 0
    for one in parameters.declared():
        if not isinstance(one.value, str):
            continue
        with pytest.raises(Refused) as refused:
            clinic.run(
                clinic.actor("manager"),
                lambda uow, one=one: services.change(
                    uow, one.name, text=str(one.value), valid_from=None, source="试存", seen=parameters.value(
                        one.name, uow.on)
                ),
            )  # fmt: skip
        assert refused.value.code == "parameters.same", one.name
        tried += 1
    assert tried > 20
