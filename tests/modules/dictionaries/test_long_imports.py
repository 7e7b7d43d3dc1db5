"""A long import beside the clinic's work: in short slices, to its end over a power cut, and alone on its list."""

import time

import pytest

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.modules.dictionaries import importing, queries, services
from clinic_app.modules.dictionaries.importing import running
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.dictionaries.services import open_imports
from tests.modules.dictionaries.test_importing import prepared, table, written
from tests.visit import arrive, consult, pay

MOST_HELD_S = 0.2


def long_list(count: int, kind: str = "diagnoses") -> bytes:
    given = table(kind)
    names = [f"{given[at % 7]['name']}{at}" for at in range(count)]
    return written([{**given[at % len(given)], "code": f"N{at:05d}", "name": name} for at, name in enumerate(names)])


def begin(clinic, data: bytes, kind: str = "diagnoses") -> running.Run:
    run_id = new_id()
    running.bring_in(run_id, kind, data, "list.csv", clock.today(), clinic.actor("manager"))
    return running.run_of(run_id)


def ended(run: running.Run) -> running.Run:
    until = time.monotonic() + 120
    while not run.is_over and time.monotonic() < until:
        time.sleep(0.02)
    assert run.is_over
    return run


@pytest.fixture
def cut_off(monkeypatch):
    """The import ends in an error after its second slice, as a power cut would end it; `write` lets it go on."""
    whole, seen = services.write_slice, []

    def two_slices(*given):
        if len(seen) == 2:
            raise OSError("power cut")
        seen.append(1)
        return whole(*given)

    monkeypatch.setattr(services, "write_slice", two_slices)
    return lambda: monkeypatch.setattr(services, "write_slice", whole)


def test_a_cashier_charges_while_a_long_list_comes_in_and_no_slice_holds_the_others_up(clinic, monkeypatch):
    visit = arrive(clinic)["visit_id"]
    consult(clinic, visit)
    whole, held = services.write_slice, []

    def measured(*given):
        began = time.thread_time()
        try:
            return whole(*given)
        finally:
            held.append(time.thread_time() - began)

    monkeypatch.setattr(services, "write_slice", measured)
    run = begin(clinic, long_list(6_000))
    while run.step != running.WRITE or not run.done:
        time.sleep(0.005)
    paid = pay(clinic, visit)
    written_then = run.done
    assert paid["bill_id"] and 0 < written_then < 6_000
    assert ended(run).result["new"] == 6_000
    assert len(held) == 6_000 // services.SLICE and max(held) < MOST_HELD_S


def test_an_import_that_was_cut_off_goes_on_to_its_end(clinic, cut_off):
    data = long_list(1_000)
    run = ended(begin(clinic, data))
    assert (run.step, run.refused.code, run.done) == (running.REFUSED, "dictionaries.import_interrupted", 500)
    assert db.value("SELECT count(*) FROM import_open") == 1
    running._runs.clear()  # the process is a new one
    cut_off()
    running.resume()
    (run,) = running._runs.values()
    assert ended(run).result == {"kind": "diagnoses", "new": 1_000, "changed": 0, "unchanged": 0}
    assert db.value("SELECT count(*) FROM import_open") == 0
    assert prepared("diagnoses", data).unchanged == 1_000
    latest = db.row("SELECT new_rows, person_id FROM import_run ORDER BY id DESC LIMIT 1")
    assert latest == (1_000, clinic.actor("manager").person_id)
    assert queries.diagnoses_matching("N00999")[0].code == "N00999"


def test_until_then_nobody_else_changes_that_list(clinic, cut_off):
    drug = queries.drug_by_code("D0001")
    ended(begin(clinic, long_list(1_000, "drugs"), "drugs"))
    manager = clinic.actor("manager")
    row = prepared("drugs", written(table("drugs"))).rows[0]
    for act in (
        lambda uow: services.add_entry(uow, "drugs", {**row, "code": "D7777"}),
        lambda uow: services.change_entry(uow, "drugs", row, rev=0),
        lambda uow: services.disable(uow, "drug", drug.id),
        lambda uow: services.propose_price(uow, "drug", drug.id, 1, clock.today(), "x"),
        lambda uow: services.classify(uow, {("drugs", "D0001"): "western_drug"}),
        lambda uow: services.import_list(uow, "drugs", [row], source="x"),
    ):
        with pytest.raises(Refused) as refused:
            clinic.run(manager, act)
        assert refused.value.code == "dictionaries.import_under_way"
    service = queries.service_by_code("S0001")
    clinic.run(manager, lambda uow: services.disable(uow, "service", service.id))
    cut_off()
    running.resume()
    ended(next(reversed(running._runs.values())))
    clinic.run(manager, lambda uow: services.disable(uow, "drug", drug.id))


def test_a_long_file_that_changes_rows_leaves_versions_and_proposes_prices(clinic, monkeypatch):
    monkeypatch.setattr(open_imports, "CHANGES", 7)
    rows = table("drugs")
    for row in rows[:20]:
        row["shelf"] = "Z-9"
    rows[0]["pack_price"] = "17.5"
    run = ended(begin(clinic, written(rows), "drugs"))
    assert run.result == {"kind": "drugs", "new": 0, "changed": 20, "unchanged": 180, "prices": 1}
    assert [one.price_e4 for one in versions.waiting_prices()] == [175_000]
    assert prepared("drugs", written(rows)).unchanged == 200


def test_a_plan_that_a_colleague_outdated_is_worked_out_again_and_not_begun(clinic):
    rows = prepared("diagnoses", long_list(10)).rows
    planned = services.plan("diagnoses", rows, clock.today())
    clinic.raw("UPDATE diagnosis SET name_en = 'Common cold' WHERE code = 'J00.x00'")
    begun = clinic.run(
        clinic.actor("manager"), lambda uow: services.begin_import(uow, new_id(), planned, b"", source="x")
    )
    assert begun is False and db.value("SELECT count(*) FROM import_open") == 0


def test_a_list_with_an_error_is_not_begun(clinic):
    run = ended(begin(clinic, long_list(300) + b"N,,,,\r\n"))
    assert isinstance(run.refused, importing.ImportRefused) and db.value("SELECT count(*) FROM import_open") == 0


def test_a_run_page_of_before_a_restart_says_that_it_goes_on(clinic, browser_as, cut_off):
    ended(begin(clinic, long_list(1_000)))
    (run_id,) = running._runs.keys() if len(running._runs) == 1 else [list(running._runs)[-1]]
    running._runs.clear()
    page = browser_as("manager").get(f"/dictionaries/import/{run_id.hex()}")
    assert "会自己接着做完" in page.text


def test_an_import_that_can_never_be_finished_frees_its_list_and_says_what_stands_in_it(clinic, browser_as, cut_off):
    """The kept file would change what may never change: the list is not shut for ever."""
    ended(begin(clinic, long_list(1_000, "drugs"), "drugs"))
    running._runs.clear()
    clinic.raw("UPDATE drug SET pack_size = pack_size + 1 WHERE code LIKE 'N%'")
    cut_off()
    running.resume()
    ((run_id, run),) = running._runs.items()
    assert ended(run).refused.code == "dictionaries.import_given_up"
    assert db.value("SELECT count(*) FROM import_open") == 0 and queries.drug_by_code("N00000") is not None
    page = browser_as("manager").get(f"/dictionaries/import/{run_id.hex()}").text
    assert "已经写进去的行还在" in page and "什么都没有改" not in page
    drug = queries.drug_by_code("D0001")
    clinic.run(clinic.actor("manager"), lambda uow: services.disable(uow, "drug", drug.id))
