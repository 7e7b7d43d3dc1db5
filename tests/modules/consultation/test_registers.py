"""Registers beside the visit: kept stops of a month, pain patients, paper past its years; invariants of sheets."""

from datetime import date

import pytest

from clinic_app.kernel import clock, db, ids, invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import services
from clinic_app.modules.consultation.queries import kept_list, paper_keeping
from tests.modules.consultation.conftest import HEALTHY
from tests.modules.consultation.test_sheet_kinds import CLARITHROMYCIN, SIMVASTATIN


def kept(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(SIMVASTATIN, days="7")
    second = one.add(CLARITHROMYCIN)
    one.draft(services.keep_stop, second, "短程，停他汀", one.sheet_rev)
    one.sign()
    return one


@pytest.mark.rule("RX-13")
def test_kept_stops_are_listed_by_rule_and_doctor_once_signed(writing):
    one = writing(HEALTHY)
    one.add(SIMVASTATIN, days="7")
    one.draft(services.keep_stop, one.add(CLARITHROMYCIN), "草稿", one.sheet_rev)
    assert kept_list.kept_in(clock.today()).rows == []
    kept(writing)
    found = kept_list.kept_in(clock.today())
    assert found.by_rule == [("DDI026", 1)] and [count for _who, count in found.by_doctor] == [1]
    assert (found.rows[0].reason, found.rows[0].drug_name, found.is_cut) == ("短程，停他汀", "克拉霉素片", False)
    assert kept_list.kept_in(date(2020, 2, 1)).rows == []


def test_the_list_is_for_the_manager_and_knows_no_other_months(writing, browser_as):
    kept(writing)
    manager = browser_as("manager")
    assert "短程，停他汀" in manager.get("/doctor/kept-stops").text
    for month in ("2020-01", "2020-13", "x", "9999-12", "0001-01"):
        assert manager.get(f"/doctor/kept-stops?month={month}").status_code == 200
    assert browser_as("doctor").get("/doctor/kept-stops").status_code == 403
    assert browser_as("cashier").get("/doctor/paper").status_code == 403
    assert browser_as("nurse").get("/doctor/pain-patients").status_code == 403


def test_a_rule_tells_its_source_and_that_nobody_reviewed_it(browser_as):
    doctor = browser_as("doctor")
    shown = doctor.get("/doctor/rules/DDI026").text
    assert "common pharmacological knowledge" in shown and "还没有人对过来源" in shown
    assert doctor.get("/doctor/rules/%27--").status_code == 404


def old_sheets(writing, count, kind="psychotropic_2", signed_on="2022-03-05"):
    one = writing(HEALTHY)
    for number in range(count):
        one.clinic.raw(
            "INSERT INTO prescription(id, visit_id, patient_id, doctor_id, state, rev, kind, prescription_no,"
            " signed_at, signed_on) VALUES(?, ?, ?, ?, 'signed', 1, ?, ?, 1, ?)",
            (ids.new_id(), one.visit_id, one.patient_id, one.clinic.actor("doctor").person_id, kind,
             f"OLD{kind}{number}", signed_on),
        )  # fmt: skip
    return one


@pytest.mark.rule("RX-18")
@pytest.mark.parametrize(
    ("kind", "first"),
    [("psychotropic_2", date(2024, 3, 5)), ("toxic", date(2024, 3, 5)), ("narcotic", date(2025, 3, 5)),
     ("psychotropic_1", date(2025, 3, 5)), ("ordinary", date(2023, 3, 5)), ("herbal", date(2023, 3, 5))],
)  # fmt: skip
def test_paper_may_be_destroyed_from_the_day_its_years_are_over(writing, kind, first):
    old_sheets(writing, 1, kind)
    assert paper_keeping.destroyable(date.fromordinal(first.toordinal() - 1)) == []
    assert [one.kind for one in paper_keeping.destroyable(first)] == [kind]


@pytest.mark.rule("RX-19")
def test_a_hundred_and_twenty_sheets_are_listed_by_one_and_approved_by_another(clinic, writing):
    old_sheets(writing, 120)
    manager, pharmacist = clinic.actor("manager"), clinic.actor("pharmacist")
    made = clinic.run(pharmacist, lambda uow: services.list_for_destruction(uow, "保存期满"))
    assert made["sheets"] == 120 and paper_keeping.destroyable(clock.today()) == []
    list_id = bytes.fromhex(made["list_id"])
    sheets = paper_keeping.sheets_on(list_id)
    assert paper_keeping.paper_state(sheets[0].id) == "listed"
    with pytest.raises(Refused, match="own_list"):
        clinic.run(pharmacist, lambda uow: services.approve_destruction(uow, list_id))
    clinic.run(manager, lambda uow: services.approve_destruction(uow, list_id))
    assert {paper_keeping.paper_state(one.id) for one in sheets} == {"destroyed"} and len(sheets) == 120
    assert db.value("SELECT count(*) FROM prescription WHERE kind = 'psychotropic_2'") == 120
    with pytest.raises(Stale, match="list_approved"):
        clinic.run(manager, lambda uow: services.approve_destruction(uow, list_id))
    with pytest.raises(Refused, match="nothing_to_destroy"):
        clinic.run(pharmacist, lambda uow: services.list_for_destruction(uow, "保存期满"))


@pytest.mark.rule("RX-19")
def test_the_pages_list_and_approve(writing, browser_as):
    old_sheets(writing, 2)
    pharmacist, manager = browser_as("pharmacist"), browser_as("manager")
    assert "OLDpsychotropic_20" in pharmacist.get("/doctor/paper").text
    assert pharmacist.post("/doctor/paper", {"reason": " "}).status_code == 422
    assert pharmacist.post("/doctor/paper", {"reason": "保存期满"}).status_code == 303
    page = manager.get("/doctor/paper").text
    assert "批准销毁" in page and "批准销毁" not in pharmacist.get("/doctor/paper").text
    list_id = paper_keeping.destructions()[0].id.hex()
    assert pharmacist.post(f"/doctor/paper/{list_id}/approve", {}).status_code == 403
    assert manager.post(f"/doctor/paper/{list_id}/approve", {}).status_code == 303
    assert "已销毁" in manager.get("/doctor/paper").text


def broken():
    return {one.id for one in invariants.results() if not one.holds} & {"O3-rules", "O3-red"}


@pytest.mark.rule("RX-13")
def test_a_single_signature_and_a_rule_stop_without_its_reason_are_named(clinic, writing):
    kept(writing)
    assert broken() == set()
    clinic.drop_triggers("prescription")
    clinic.raw("UPDATE prescription SET signed_twice_at = NULL")
    assert broken() == {"O3-rules"}
    clinic.raw("UPDATE prescription SET signed_twice_at = 1")
    assert broken() == set()
    clinic.drop_triggers("kept_stop")
    clinic.raw("DELETE FROM kept_stop")
    assert broken() == {"O3-rules"}


@pytest.mark.rule("RX-03")
def test_a_red_sheet_without_its_numbers_is_named(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    one.add("D0075")
    one.sign()
    assert broken() == set()
    clinic.drop_triggers("prescription")
    clinic.raw("UPDATE prescription SET agent_name = '刘建军'")
    assert broken() == {"O3-red"}
