"""The reference ranges on their page: from a day on, never over an old report, by the manager alone."""

from datetime import timedelta

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.laboratory import queries, rules, services

WBC = {"sex": "0", "from_age": "18岁", "to_age": "", "low": "4", "high": "10", "critical_low": "2",
       "critical_high": "25", "valid_from": "", "source": "试剂说明书", "reviewed": "yes"}  # fmt: skip


def adults():
    return next(one for one in queries.ranges_of("wbc") if one.range.from_days == 6570 and one.valid_to is None)


def of_adult(on):
    return rules.range_for(queries.limits_of("wbc", on), "1", 40 * 365)


def test_another_range_holds_from_its_day_and_not_before(clinic, browser_as):
    later, old = today() + timedelta(days=3), adults()
    answer = browser_as("manager").post(
        "/laboratory/ranges/wbc", {**WBC, "replaces": str(old.id), "valid_from": later.isoformat()}
    )
    assert answer.status_code == 303
    assert (of_adult(today()).high, of_adult(later).high) == ("9.5", "10")
    now = adults()
    assert (now.source, now.is_reviewed, now.recorded_by) == ("试剂说明书", 1, clinic.actor("manager").person_id)
    page = browser_as("manager").get("/laboratory/ranges?analyte=wbc").text
    assert "试剂说明书" in page and "未审核" in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"low": "abc"}, "low"), ({"low": "11"}, "high"), ({"low": "", "high": ""}, "low"),
        ({"critical_high": "9"}, "critical_high"), ({"from_age": "old"}, "from_age"), ({"to_age": "1岁"}, "to_age"),
        ({"from_age": "", "to_age": "0"}, "to_age"),
        ({"source": ""}, "source"), ({"valid_from": "2001-01-01"}, "valid_from"), ({"valid_from": "x"}, "valid_from"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_stored(clinic, browser_as, changed, field):
    before = db.rows("SELECT * FROM reference_range")
    answer = browser_as("manager").post("/laboratory/ranges/wbc", {**WBC, "replaces": str(adults().id), **changed})
    assert answer.status_code == 422 and f'id="{field}-msg"' in answer.text
    assert db.rows("SELECT * FROM reference_range") == before


def test_two_ranges_for_one_person_are_refused(clinic, browser_as):
    answer = browser_as("manager").post("/laboratory/ranges/wbc", WBC)
    assert answer.status_code == 422 and "已经有范围了" in answer.text


def test_a_colleague_who_was_faster_is_not_overwritten(clinic):
    manager, old = clinic.actor("manager"), adults()
    act = lambda uow: services.set_range(  # noqa: E731
        uow, "wbc", old.range, replaces=old.id, valid_from=today(), source="x", is_reviewed=False
    )
    clinic.run(manager, act)
    with pytest.raises(Stale):
        clinic.run(manager, act)


def test_an_ended_range_marks_no_new_result(clinic, browser_as):
    old = adults()
    assert browser_as("manager").post(f"/laboratory/ranges/wbc/{old.id}/end").status_code == 303
    assert of_adult(today()) is None
    with pytest.raises(Refused):
        clinic.run(clinic.actor("manager"), lambda uow: services.end_range(uow, "wbc", old.id))


def test_only_who_manages_changes_ranges(browser_as):
    for role in ("nurse", "doctor", "cashier"):
        one = browser_as(role)
        assert one.get("/laboratory/ranges").status_code == 403
        assert one.post("/laboratory/ranges/wbc", WBC).status_code == 403


def test_an_analyte_of_words_has_its_normal_word(clinic, browser_as):
    words = next(one for one in queries.all_analytes() if one.options)
    page = browser_as("manager").get(f"/laboratory/ranges?analyte={words.code}").text
    assert words.options[0] in page and browser_as("manager").get("/laboratory/ranges?analyte=zz").status_code == 404


@pytest.mark.parametrize(
    ("typed", "days"), [("18岁", 6570), ("6月", 180), ("28天", 28), ("2y", 730), ("0", 0), ("", None)]
)
def test_ages_are_read_as_they_are_shown(typed, days):
    assert rules.age_of(typed, field="from_age") == days


def test_a_number_takes_no_expected_word_and_a_word_no_limits(clinic, browser_as):
    browser_as("manager").post("/laboratory/ranges/wbc", {**WBC, "replaces": str(adults().id), "normal": "阴性"})
    assert adults().range.normal == "" and rules.flag_of("6", adults().range) == ""
    old = next(one for one in queries.ranges_of("u_glu") if one.valid_to is None)
    form = {**WBC, "from_age": "", "low": "abc", "normal": "±", "replaces": str(old.id)}
    assert browser_as("manager").post("/laboratory/ranges/u_glu", form).status_code == 303
    (now,) = [one.range for one in queries.ranges_of("u_glu") if one.valid_to is None]
    assert (now.normal, now.low, now.critical_high) == ("±", "", "")
