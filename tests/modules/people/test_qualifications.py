"""What staff may do by certificate: dated, ended, never changed; an expired right is none (SF-01, SF-02)."""

from datetime import date
from typing import Any

import apsw
import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import queries, services
from clinic_app.modules.people.rules.qualifications import Held, Qualification, is_due, on_day
from tests.modules.people.signing import PASSWORD


def of(staff_no: str) -> bytes:
    found = queries.find_by_staff_no(staff_no)
    assert found
    return found.id


@pytest.mark.rule("SF-02")
def test_a_right_that_expired_on_the_fourth_serves_no_more_on_the_fifth() -> None:
    held = [Held("doctor", "physician", date(2019, 3, 5), date(2024, 3, 4))]
    assert on_day(held, date(2024, 3, 4)).doctor_level == "physician"
    assert on_day(held, date(2024, 3, 5)) == Qualification()
    assert on_day(held, date(2024, 3, 5), grace_days=1).doctor_level == "physician"
    assert on_day(held, date(2024, 3, 6), grace_days=1) == Qualification()


@pytest.mark.rule("SF-01")
def test_a_village_certificate_until_the_end_of_august_is_due_from_the_end_of_may() -> None:
    one = Held("doctor", "village", date(2019, 9, 1), date(2024, 8, 31))
    assert is_due(one, date(2024, 5, 31), 92) and not is_due(one, date(2024, 5, 30), 92)
    assert not is_due(Held("nurse", "registered", date(2019, 9, 1), None), date(2024, 8, 31), 92)


def test_the_newest_of_a_kind_counts_and_one_that_has_not_begun_does_not() -> None:
    held = [
        Held("antimicrobial", "non_restricted", date(2023, 1, 1), None),
        Held("antimicrobial", "restricted", date(2024, 1, 1), None),
        Held("antimicrobial", "special", date(2025, 1, 1), None),
    ]
    assert [on_day(held, date(year, 6, 1)).antimicrobial for year in (2022, 2023, 2024, 2025)] == [
        "none", "non_restricted", "restricted", "special",
    ]  # fmt: skip


def test_the_practice_people_are_qualified_and_others_are_not(clinic: Any) -> None:
    on = clock.read().on
    assert queries.qualification(of("0002"), on) == Qualification("physician", None, False, True, "restricted")
    assert queries.qualification(of("0014"), on).doctor_level == "trainee"
    assert queries.qualification(of("0006"), on) == Qualification()


def test_what_is_taken_back_ends_at_once_and_stays_readable(clinic: Any) -> None:
    nurse, administrator = of("0003"), clinic.actor("administrator")
    row = queries.qualifications_of(nurse)[0]
    clinic.run(administrator, lambda uow: services.end_qualification(uow, nurse, row.id))
    assert not queries.qualification(nurse, clock.read().on).nurse
    assert queries.qualifications_of(nurse)[0].ended_at is not None
    with pytest.raises(Refused, match=r"people\.qualification_ended"):
        clinic.run(administrator, lambda uow: services.end_qualification(uow, nurse, row.id))


def test_a_recorded_qualification_is_never_changed_nor_removed(clinic: Any) -> None:
    for sql in ("UPDATE qualification SET level = 'special'", "DELETE FROM qualification"):
        with pytest.raises(apsw.ConstraintError, match="ended"):
            db.connection().execute(sql)


def test_the_administrator_records_one_on_the_page_and_takes_it_back(browser_as: Any) -> None:
    administrator, nurse = browser_as("administrator"), of("0003")
    url = f"/people/{nurse.hex()}/qualifications"
    typed = {"qualification": "doctor:assistant", "document_no": "A-17", "valid_from": "20240101", "valid_to": "+365"}
    asked = administrator.post(url, typed)
    assert asked.status_code == 422 and "先输你自己的密码" in asked.text and 'value="A-17"' in asked.text
    assert administrator.post(url, {**typed, "proof": PASSWORD}).status_code == 303
    assert queries.qualification(nurse, date(2024, 1, 1)).doctor_level == "assistant"
    page = administrator.get(f"/people/{nurse.hex()}").text
    assert "执业助理医师" in page and "A-17" in page
    number = next(one.id for one in queries.qualifications_of(nurse) if one.held.kind == "doctor")
    assert administrator.post(f"{url}/{number}/end", {}).status_code == 303
    assert queries.qualification(nurse, date(2024, 1, 1)).doctor_level is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"qualification": "doctor:chief"}, "没有这项资格"),
        ({"qualification": "doctor:physician", "valid_from": "20240230"}, "没有这一天"),
        ({"qualification": "doctor:physician", "valid_from": "20240201", "valid_to": "20240131"}, "到期日早于开始日"),
        ({"qualification": "doctor:physician", "document_no": "x" * 41}, "41"),
    ],
)
def test_wrong_input_is_told_at_its_field_and_kept(typed: dict[str, str], said: str, browser_as: Any) -> None:
    administrator, url = browser_as("administrator"), f"/people/{of('0003').hex()}/qualifications"
    answer = administrator.post(url, {**typed, "proof": PASSWORD})
    assert answer.status_code == 422 and said in answer.text
    assert [one.held.kind for one in queries.qualifications_of(of("0003"))] == ["nurse"]


@pytest.mark.parametrize("role", ["manager", "auditor", "security_officer", "doctor"])
def test_nobody_else_gives_qualifications(role: str, browser_as: Any) -> None:
    answer = browser_as(role).post(f"/people/{of('0003').hex()}/qualifications", {"qualification": "doctor:physician"})
    assert answer.status_code == 403
