"""Weekly frequencies are taken on chosen days of the week (QT-05)."""

from datetime import date

import pytest

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.consultation.rules.quantity import Frequency
from clinic_app.modules.consultation.rules.weekdays import weekdays_of
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import AMOXICILLIN, LORATADINE, typed

pytestmark = pytest.mark.rule("QT-05")

QW, BIW, TIW = (Frequency(code, times, 7) for code, times in (("qw", 1), ("biw", 2), ("tiw", 3)))
TUESDAY, SUNDAY = date(2024, 3, 5), date(2024, 3, 10)


@pytest.mark.parametrize("text", ["14", "1 4", "4,1", "周一、周四", "一四", "１４", "星期四 星期一", "1144"])
def test_days_are_read_however_they_are_typed(text):
    assert weekdays_of(text, BIW, TUESDAY) == "14"


def test_sunday_is_seven_by_both_its_names():
    assert weekdays_of("日", QW, TUESDAY) == weekdays_of("周天", QW, TUESDAY) == "7"


@pytest.mark.parametrize(
    ("frequency", "starts_on", "days"),
    [(QW, TUESDAY, "2"), (BIW, TUESDAY, "25"), (TIW, TUESDAY, "246"), (BIW, SUNDAY, "37"), (TIW, SUNDAY, "247")],
)
def test_nothing_typed_spreads_them_with_the_first_dose_on_day_1(frequency, starts_on, days):
    assert weekdays_of(" ", frequency, starts_on) == days


def test_other_frequencies_have_no_weekdays_whatever_was_typed():
    for frequency in (Frequency("tid", 3), Frequency("qod", 1, 2), Frequency("st", is_single=True)):
        assert weekdays_of("14", frequency, TUESDAY) == ""


@pytest.mark.parametrize("text", ["0", "8", "mon", "明天"])
def test_what_is_no_weekday_is_refused(text):
    with pytest.raises(Refused, match="weekdays_unreadable"):
        weekdays_of(text, BIW, TUESDAY)


def _days_from_today(*after):
    first = clock.today().isoweekday() - 1
    return "".join(sorted(str((first + days) % 7 + 1) for days in after))


def test_the_chosen_days_are_stored_counted_and_printed(browser_as, writing):
    one = writing()
    one.write()
    days = _days_from_today(1, 2)
    line = one.add(AMOXICILLIN, frequency="biw", days="3", weekdays=days)
    assert (queries.line(line).weekdays, queries.line(line).quantity) == (days, 4)
    row = workbench.orders(visits.visit(one.visit_id), clock.today()).rows[0]
    assert row.weekdays.count("周") == 2
    one.sign()
    assert f"每周2次（{row.weekdays}）" in prescription_paper(one.signed[0].id).lines[0].use
    assert row.weekdays in browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}").text


def test_too_few_or_too_many_days_are_refused_beside_their_cell(browser_as, writing):
    one = writing()
    for days in ("1", "135"):
        with pytest.raises(Refused, match="weekdays_count") as refused:
            one.add(AMOXICILLIN, frequency="biw", days="7", weekdays=days)
        assert refused.value.field == "weekdays"
    form = {
        "drug": "阿莫西林胶囊", "drug_id": typed(AMOXICILLIN).drug_id.hex(), "dose": "0.5g", "days": "7",
        "frequency": "biw",
        "route": "po", "sheet_rev": "0", "weekdays": "1",
    }  # fmt: skip
    url = f"/doctor/visits/{one.visit_id.hex()}/lines"
    answer = browser_as("doctor").post(url, form, **{"HX-Request": "true"})
    assert answer.status_code == 422 and 'id="rx-weekdays"' in answer.text
    assert "#rx-weekdays" in answer.headers["HX-Trigger-After-Settle"]


def test_a_row_changed_to_a_daily_frequency_forgets_its_days(writing):
    one = writing()
    line = one.add(LORATADINE, frequency="biw", days="7")
    assert len(queries.line(line).weekdays) == 2
    one.draft(services.change_line, line, typed(LORATADINE, days="3", weekdays="14"), one.sheet_rev)
    assert queries.line(line).weekdays == ""


def test_the_days_are_asked_for_while_the_row_is_typed(browser_as, writing):
    one = writing()
    asked = f"drug_id={typed(LORATADINE).drug_id.hex()}&dose=10mg&days=7&route=po&frequency="
    doctor = browser_as("doctor")
    quote = doctor.get(f"/doctor/visits/{one.visit_id.hex()}/quote?{asked}biw").text
    assert f'value="{_days_from_today(0, 3)}"' in quote
    assert 'name="weekdays"' not in doctor.get(f"/doctor/visits/{one.visit_id.hex()}/quote?{asked}qd").text
