"""Import of a staff list: a dry run by line, then all or none."""

import io
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import queries, services
from clinic_app.modules.people.views.importing import EXAMPLES

GOOD = "工号,姓名,职称,角色\n0101,林小满,护士,护士\n0102,高远,医师,医师/院长\n"


def run(clinic: Any, text: str) -> Any:
    lines = services.read_staff_list(text.encode())
    return clinic.run(clinic.actor("administrator"), lambda uow: services.import_staff(uow, lines))


def test_imports_people_without_accounts(clinic: Any) -> None:
    assert run(clinic, GOOD) == {"added": 2, "unchanged": 0}
    found = queries.find_by_staff_no("0102")
    assert found and found.roles == {"doctor", "manager"}
    assert db.value("SELECT count(*) FROM account WHERE person_id = ?", (found.id,)) == 0


def test_importing_the_same_list_again_changes_nothing(clinic: Any) -> None:
    run(clinic, GOOD)
    before = db.rows("SELECT * FROM person ORDER BY id")
    assert run(clinic, GOOD) == {"added": 0, "unchanged": 2}
    assert db.rows("SELECT * FROM person ORDER BY id") == before


def test_one_wrong_line_and_nobody_is_imported(clinic: Any) -> None:
    with pytest.raises(Refused) as refused:
        run(clinic, GOOD + "0103,,护士,护士\n")
    assert (refused.value.code, refused.value.facts["line"]) == ("people.file_refused", 4)
    assert queries.find_by_staff_no("0101") is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",林小满,护士,护士", "people.staff_no_missing"),
        ("01 03,林小满,护士,护士", "people.staff_no_form"),
        ("0103,林小满,护士,", "people.role_missing"),
        ("0103,林小满,护士,神仙", "people.role_unknown"),
        ("0101,林小满,护士,护士", "people.line_twice"),
        ("0001,别人,护士,护士", "people.line_differs"),
        ("0103", "people.name_missing"),
    ],
)
def test_the_dry_run_names_the_line_and_the_reason(clinic: Any, line: str, code: str) -> None:
    checked = services.check_staff(services.read_staff_list((GOOD + "\n" + line).encode()))
    assert [one.outcome for one in checked] == ["new", "new", "refused"]
    assert checked[2].line == 5
    assert checked[2].refusal and checked[2].refusal.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "people.file_column"),
        ("工号,姓名\n1,林\n".encode(), "people.file_column"),
        ("工号,姓名,角色\n".encode(), "people.file_empty"),
        (b"\x00\x01\x02", "people.file_not_text"),
        (b"\xff\xff\xff", "people.file_not_text"),
        ('工号,姓名,角色\n1,"林,护士\n'.encode(), "people.file_not_csv"),
        (("工号,姓名,角色\n" + "1,林,护士\n" * 2_001).encode(), "people.file_long"),
        (("工号,姓名,角色\n1," + "x" * 200_000 + ",护士\n").encode(), "people.file_not_csv"),
    ],
)
def test_refuses_a_file_that_is_no_staff_list(clinic: Any, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.read_staff_list(data)
    assert refused.value.code == code


def test_reads_gb18030_and_a_byte_order_mark() -> None:
    for data in (GOOD.encode("gb18030"), GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode()):
        assert [line.name for line in services.read_staff_list(data)] == ["林小满", "高远"]


def test_the_page_checks_first_and_imports_then(browser_as: Any) -> None:
    browser = browser_as("administrator")
    upload = {"csrf": browser.csrf, "file": (io.BytesIO(GOOD.encode()), "staff.csv")}
    checked = browser.client.post("/people/import/check", data=upload).get_data(as_text=True)
    assert "林小满" in checked
    assert queries.find_by_staff_no("0101") is None
    assert browser.post("/people/import", {"text": GOOD}).location == "/people"
    assert queries.find_by_staff_no("0101")


def test_the_page_says_what_is_wrong_with_a_file(browser_as: Any) -> None:
    browser = browser_as("administrator")
    for data in (b"", b"\xff\xff", b"a,b\n1,2\n"):
        upload = {"csrf": browser.csrf, "file": (io.BytesIO(data), "../../x.csv")}
        assert browser.client.post("/people/import/check", data=upload).status_code == 422
    assert browser.post("/people/import", {"text": GOOD + "0103,,,\n"}).status_code == 422


@pytest.mark.parametrize("language", sorted(EXAMPLES))
def test_the_example_on_the_page_is_a_list_that_may_be_imported(language: str, clinic: Any) -> None:
    text = "\n".join(",".join(row) for row in EXAMPLES[language])
    lines = services.check_staff(services.read_staff_list(text.encode()))
    assert [one.outcome for one in lines] == ["new", "new"]
