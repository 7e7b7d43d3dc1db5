"""The audit trail and the reading log."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import clinic_app
from clinic_app.kernel import db
from clinic_app.modules.checks import queries, services
from clinic_app.modules.checks.views import details, words
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_list
from tests.conftest import Browser, Clinic
from tests.visit import one_visit

Browsers = Callable[..., Browser]
ALL = 2**62


@pytest.fixture(autouse=True)
def through(clinic: Clinic) -> Iterator[None]:
    yield
    services.runner.wait(60)


def rows_in(html: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'<tr id="row-(\d+)"', html)]


def test_the_trail_is_newest_first_and_paged(clinic: Clinic, browser_as: Browsers) -> None:
    for _ in range(30):
        one_visit(clinic) if _ < 3 else clinic.run(clinic.actor("auditor"), lambda uow: uow.audit("test.row") or {})
    browser = browser_as("auditor")
    first = rows_in(browser.get("/checks/audit").text)
    assert len(first) == 50 and first == sorted(first, reverse=True)
    second = rows_in(browser.get(f"/checks/audit?before={first[-1]}").text)
    assert second[0] == first[-1] - 1


def test_the_trail_is_narrowed_by_action_and_person(clinic: Clinic, browser_as: Browsers) -> None:
    one_visit(clinic)
    html = browser_as("administrator").get("/checks/audit?action=pharmacy.").text
    assert rows_in(html) and "pharmacy.dispense" in html and ">charging.charge_visit<" not in html
    html = browser_as("administrator").get("/checks/audit?staff_no=0005").text
    assert "charging.charge_visit" in html and ">pharmacy.dispense<" not in html
    assert "没有这样的记录" in browser_as("auditor").get("/checks/audit?staff_no=nobody").text


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=-1", "before=" + "9" * 400, "action=%25", "action=%00", "staff_no=%27%20OR%201", "before="],
)
def test_a_strange_filter_is_no_fault(query: str, browser_as: Browsers) -> None:
    assert browser_as("auditor").get(f"/checks/audit?{query}").status_code == 200


def test_failed_sign_ins_are_seen(clinic: Clinic, browser_as: Browsers) -> None:
    clinic.run(clinic.actor("auditor"), lambda uow: uow.audit("people.sign_in_failed", bytes(16), kind="password"))
    html = browser_as("auditor").get("/checks/audit?action=people.sign_in_failed").text
    assert 'class="care"' in html and len(rows_in(html)) == 1


def test_the_trail_shows_numbers_and_never_a_patient_name(clinic: Clinic, browser_as: Browsers) -> None:
    made = one_visit(clinic)
    html = browser_as("auditor").get("/checks/audit").text
    person_no = db.value("SELECT person_no FROM patient WHERE id = ?", (made["patient_id"],))
    assert person_no in html and "赵春生" not in html and "19900001177" not in html


def test_the_chain_verdict_is_that_of_the_last_check(clinic: Clinic, browser_as: Browsers) -> None:
    browser = browser_as("auditor")
    assert "审计链还没有核对过" in browser.get("/checks/audit").text
    clinic.run(clinic.actor("auditor"), services.start_run)
    services.runner.wait(60)
    assert "审计链完整" in browser.get("/checks/audit").text
    clinic.drop_triggers("audit")
    clinic.raw("UPDATE audit SET detail = '{}' WHERE seq = 2")
    clinic.run(clinic.actor("auditor"), services.start_run)
    services.runner.wait(60)
    assert "审计链断了" in browser.get("/checks/audit").text
    run = queries.newest_run()
    assert run is not None and ("audit 2", "changed") in next(one.rows for one in run.statements if one.id == "A1")  # type: ignore[operator]


@pytest.mark.rule("PR-03")
def test_the_reading_log_tells_who_read_and_masks_the_name(clinic: Clinic, browser_as: Browsers) -> None:
    made = one_visit(clinic)
    person_no = db.value("SELECT person_no FROM patient WHERE id = ?", (made["patient_id"],))
    html = browser_as("auditor").get(f"/checks/readings?person_no={person_no.lower()}").text
    assert "赵**" in html and "赵春生" not in html
    assert "李志远" in html and "周敏" in html and "<td>发药</td>" in html
    assert "钱文" in html, "the auditor's own look-up is logged too"
    assert "1971" not in html and "急性上呼吸道感染" not in html


def test_readings_of_a_merged_record_are_found(clinic: Clinic) -> None:
    from clinic_app.modules.patients import services as patients

    one, other = one_visit(clinic), one_visit(clinic)
    clinic.run(
        clinic.actor("manager"), lambda uow: patients.link_patients(uow, other["patient_id"], one["patient_id"])
    )
    assert len(queries.patients.same_person(one["patient_id"])) == 2
    assert len(queries.readings_of(one["patient_id"])) >= 2 * 3


def test_an_unknown_number_is_said_so(browser_as: Browsers) -> None:
    html = browser_as("auditor").get("/checks/readings?person_no=%3Cb%3E").text
    assert "没有编号是 &lt;b&gt; 的患者" in html


def test_only_auditor_and_administrator_read_the_trail(browser_as: Browsers) -> None:
    for role in ("manager", "technician", "doctor", "cashier"):
        assert browser_as(role).get("/checks/audit").status_code == 403, role
        assert browser_as(role).get("/checks/readings").status_code == 403, role


def test_every_action_of_the_trail_has_words() -> None:
    """Of an action whose code is put together at least one that begins so has words."""
    codes, begun = set(), set()
    for path in Path(clinic_app.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "audit":
                told = call.args[0]
                for part in (told.body, told.orelse) if isinstance(told, ast.IfExp) else (told,):
                    if isinstance(part, ast.JoinedStr):
                        begun.add(str(part.values[0].value))  # type: ignore[attr-defined]
                    elif isinstance(part, ast.Constant):
                        codes.add(part.value)
    assert len(codes) > 100 and codes - words.ACTIONS.keys() == set()
    assert [one for one in begun if not any(code.startswith(one) for code in words.ACTIONS)] == []


def test_the_trail_says_in_words_what_was_done_to_what(clinic: Clinic, browser_as: Browsers) -> None:
    drug = dictionaries.drug_by_code("D0001")
    assert drug
    clinic.run(clinic.actor("administrator"), lambda uow: dictionary_list.disable(uow, "drug", drug.id))
    html = browser_as("auditor").get("/checks/audit").text
    assert f"停用字典项 <bdi>{drug.name}</bdi><small" in html


def test_every_detail_of_the_trail_has_words() -> None:
    """Also those that a command puts together before (`**told`)."""
    keys, put_together = set(), {"cash_fen", "noncash_fen", "drawer_fen", "difference_reason", "prepared_by", "owed"}
    for path in Path(clinic_app.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "audit":
                keys |= {one.arg for one in call.keywords if one.arg}
    assert len(keys) > 100 and (keys | put_together) - {"patient_id"} - details.NAMES.keys() == set()


def test_details_are_told_in_words_with_money_in_yuan_and_people_by_name(
    clinic: Clinic, browser_as: Browsers
) -> None:
    cashier = clinic.actor("cashier")
    clinic.run(
        clinic.actor("manager"),
        lambda uow: uow.audit(
            "charging.close_shift_for", cashier=cashier.person_id, counted_fen=1_234_50, reason="人走了", sheets=["A1"],
            came_out=1, price_e4=187_000,
        ) or {},
    )  # fmt: skip
    html = re.sub(r"<[^>]+>", "", browser_as("auditor").get("/checks/audit").text)
    for told in (f"收费员 {cashier.name}", "点出 1,234.50", "理由 人走了", "处方 A1", "出纸 是", "单价 18.70"):
        assert told in html
    assert "counted_fen" not in html
