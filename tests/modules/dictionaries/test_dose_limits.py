"""The most of one dose and of one day of a drug: dated rows that an import closes and never edits."""

from datetime import timedelta

import pytest

from clinic_app.kernel import clock, db
from clinic_app.modules.dictionaries import importing, queries
from tests.modules.dictionaries.test_importing import bring_in, codes, prepared, table, written

AMOXICILLIN = "D0001"


def _with(**cells):
    return written([{**row, **cells} if row["code"] == AMOXICILLIN else row for row in table("drugs")])


def _limits(on):
    found = queries.dose_limits_on(queries.drug_by_code(AMOXICILLIN).id, on)
    return (found.most_single_dose, found.most_daily_dose) if found else None


def test_the_starter_list_brings_limits_from_the_day_of_its_import(clinic):
    assert _limits(clock.today()) == ("1", "4")
    assert queries.dose_limits_on(queries.drug_by_code("D0035").id, clock.today()) is None


def test_a_changed_limit_holds_from_today_and_the_one_before_stays_readable(clinic):
    before = clock.today() - timedelta(days=3)
    clinic.drop_triggers("dose_limit")
    clinic.raw("UPDATE dose_limit SET valid_from = ?", (before.isoformat(),))
    bring_in(clinic, prepared("drugs", _with(most_single_dose="1.5", most_daily_dose="6")))
    assert _limits(clock.today()) == ("1.5", "6")
    assert _limits(clock.today() - timedelta(days=1)) == ("1", "4")
    assert _limits(before - timedelta(days=1)) is None


def test_a_limit_taken_away_holds_no_more(clinic):
    bring_in(clinic, prepared("drugs", _with(most_single_dose="", most_daily_dose="")))
    assert _limits(clock.today()) is None
    again = prepared("drugs", _with(most_single_dose="", most_daily_dose=""))
    assert (again.new, again.changed) == (0, 0)


@pytest.mark.parametrize(
    "cells",
    [
        {"most_single_dose": "0.4999"},
        {"most_single_dose": "", "most_daily_dose": "0.4999"},
        {"most_single_dose": "4.0001"},
    ],
)
def test_limits_that_cannot_both_be_right_are_refused(clinic, cells):
    assert [code for _line, code in codes(prepared("drugs", _with(**cells)))] == ["dictionaries.dose_above_limit"]


def test_the_usual_dose_may_be_the_limit_itself(clinic):
    assert not prepared("drugs", _with(most_single_dose="0.5", most_daily_dose="0.5")).errors


def test_limits_are_never_edited_or_removed(clinic):
    for sql in ("UPDATE dose_limit SET most_single_dose = '9'", "DELETE FROM dose_limit"):
        with pytest.raises(Exception, match="dose limit"):
            clinic.raw(sql)
    assert db.value("SELECT count(*) FROM dose_limit WHERE most_single_dose = '9'") == 0


def test_substances_are_kept_in_one_order(clinic):
    bring_in(clinic, prepared("drugs", _with(substances="b; a;b")))
    assert queries.drug_by_code(AMOXICILLIN).substances == {"a", "b"}
    assert db.value("SELECT substances FROM drug WHERE code = ?", (AMOXICILLIN,)) == "a;b"
    assert importing.prepare("drugs", _with(substances="a;b"), "list.csv", clock.today()).changed == 0
