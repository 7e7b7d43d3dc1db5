"""Import of a list: dry run, errors with their line, all or nothing, a rerun changes nothing."""

import csv
import io
import time

import pytest

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.modules.dictionaries import importing, queries, services, starter
from clinic_app.modules.dictionaries.importing import reading
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.dictionaries.services import lists

TABLES = (
    "drug", "drug_allergy_group", "dose_limit", "service_item", "diagnosis", "search_entry", "search_word_docsize",
    "import_open", "price", "allergy_group", "frequency", "route", "invoice_category", "division", "division_key",
    "import_run", "outbox",
)  # fmt: skip


def table(kind: str) -> list[dict[str, str]]:
    with (starter.DATA / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def prepared(kind: str, data: bytes) -> importing.Prepared:
    return importing.prepare(kind, data, "list.csv", clock.today())


def told(found: importing.Prepared) -> list[str]:
    return [error.text() for error in found.errors]


def codes(found: importing.Prepared) -> list[tuple[int, str]]:
    return [(error.line, error.refused.code) for error in found.errors]


def state() -> dict[str, int]:
    return {name: db.value(f"SELECT count(*) FROM {name}") for name in TABLES}


def bring_in(clinic, found: importing.Prepared):
    return clinic.run(clinic.actor("administrator"), lambda uow: importing.bring_in(uow, found))


def test_a_rerun_of_every_starter_list_changes_nothing(clinic):
    before = state()
    results = clinic.run(clinic.actor("administrator"), starter.load_starter_lists)
    assert {result["kind"] for result in results} == set(importing.KINDS)
    assert all(result["new"] == result["changed"] == 0 and result["unchanged"] for result in results)
    assert state() == before


def test_the_dry_run_counts_what_would_change_and_writes_nothing(clinic):
    rows = table("diagnoses")
    rows[0]["name_en"] = "Common cold"
    rows.append({**rows[1], "code": "Z99.999", "name": "样例诊断", "name_en": "Sample"})
    before = state()
    found = prepared("diagnoses", written(rows))
    assert (found.new, found.changed, found.unchanged, found.errors) == (1, 1, 299, ())
    assert found.shown.changed[0].columns == ("name_en",)
    assert state() == before
    assert bring_in(clinic, found) == {"kind": "diagnoses", "new": 1, "changed": 1, "unchanged": 299}
    assert queries.diagnosis_by_code("Z99.999").name == "样例诊断"
    assert queries.diagnoses_matching("ylzd")[0].code == "Z99.999"


def test_every_error_names_its_line_and_nothing_comes_in(clinic):
    rows = table("drugs")
    rows[5]["pack_size"] = "0"
    rows[6]["frequency"] = "hourly"
    rows[7]["pack_price"] = "12.34567"
    rows[8]["code"] = "D0001"
    rows[9]["name"] = ""
    rows.append({**rows[0], "code": "D9999", "rounding": "sometimes"})
    before = state()
    found = prepared("drugs", written(rows))
    assert codes(found) == [
        (7, "dictionaries.bad_number"), (8, "dictionaries.unknown_code"), (9, "dictionaries.bad_price"),
        (10, "dictionaries.code_twice"), (11, "dictionaries.cell_missing"), (202, "dictionaries.not_a_choice"),
    ]  # fmt: skip
    assert told(found)[0].startswith("第 7 行：")
    with pytest.raises(importing.ImportRefused) as refused:
        bring_in(clinic, found)
    assert refused.value.facts["count"] == 6 and len(refused.value.errors) == 6
    assert state() == before


def test_import_file_reads_checks_and_brings_in(clinic, tmp_path):
    rows = table("services")
    rows.append({**rows[0], "code": "S9999", "name": "样例项目", "name_en": "Sample service", "price": "3.5"})
    file = tmp_path / "services.csv"
    file.write_bytes(written(rows))
    act = lambda uow: importing.import_file(uow, "services", file)  # noqa: E731
    assert clinic.run(clinic.actor("administrator"), act)["new"] == 1
    assert clinic.run(clinic.actor("administrator"), act) == {
        "kind": "services", "new": 0, "changed": 0, "unchanged": 122,
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        clinic.run(
            clinic.actor("administrator"), lambda uow: importing.import_file(uow, "services", tmp_path / "none.csv")
        )
    assert refused.value.code == "dictionaries.no_such_file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_reads_what_spreadsheets_write(clinic, encoding):
    found = prepared("drugs", written(table("drugs"), encoding))
    assert (found.errors, found.unchanged) == ((), 200)


def test_a_quoted_line_break_does_not_shift_the_line_numbers(clinic):
    data = 'code,name,name_en,source,reviewed\nA1,"甲\n乙",A,x,no\nA2,,B,x,no\n'.encode()
    assert codes(prepared("diagnoses", data)) == [
        (2, "dictionaries.cell_unreadable"), (4, "dictionaries.cell_missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "dictionaries.header_missing"),
        (b"\x00\x01\x02", "dictionaries.not_text"),
        (b"PK\x03\x04\xff\xfe\xff", "dictionaries.workbook_broken"),
        (b"code,name\nA,B\n", "dictionaries.header_missing"),
        (b"code,name,name_en,source,reviewed,price\n", "dictionaries.header_unknown"),
        (b"code,name,name_en,source,reviewed\n\n,,,,\n", "dictionaries.empty_file"),
    ],
)
def test_refuses_a_file_that_is_no_such_list(clinic, data, code):
    with pytest.raises(Refused) as refused:
        prepared("diagnoses", data)
    assert refused.value.code == code


def test_refuses_a_list_that_nobody_knows(clinic):
    with pytest.raises(Refused) as refused:
        prepared("people", b"")
    assert refused.value.code == "dictionaries.unknown_list"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("A1,甲,A,x", "dictionaries.cell_count"),
        ('A1,"甲,A,x,no', "dictionaries.bad_quotes"),
        ("A1," + "甲" * 100_000 + ",A,x,no", "dictionaries.cell_unreadable"),
        ("A1,甲\x07,A,x,no", "dictionaries.cell_unreadable"),
        ("A 1,甲,A,x,no", "dictionaries.bad_code"),
        ("A1,甲,A,x,maybe", "dictionaries.not_a_choice"),
    ],
)
def test_a_hostile_line_is_named(clinic, line, code):
    found = prepared("diagnoses", f"code,name,name_en,source,reviewed\n{line}\n".encode())
    assert code in {error.refused.code for error in found.errors}


def test_another_price_in_the_file_waits_for_a_second_person(clinic):
    rows = table("drugs")
    rows[0]["pack_price"] = "17.5"
    result = bring_in(clinic, prepared("drugs", written(rows)))
    assert (result["new"], result["changed"]) == (0, 1)
    drug = queries.drug_by_code("D0001")
    assert queries.price_on(drug.id, clock.today()) == 187_000
    assert prepared("drugs", written(rows)).unchanged == 200  # a rerun asks nothing twice
    (waiting,) = versions.waiting_prices()
    clinic.run(clinic.actor("manager"), lambda uow: services.approve_price(uow, waiting.id))
    assert queries.price_on(drug.id, clock.today()) == 175_000
    assert [price.price_e4 for price in queries.prices_of(drug.id)] == [175_000, 187_000]
    assert prepared("drugs", written(rows)).unchanged == 200


def test_a_file_does_not_ask_for_a_price_beside_one_that_waits(clinic):
    rows = table("drugs")
    rows[0]["pack_price"] = "17.5"
    bring_in(clinic, prepared("drugs", written(rows)))
    rows[0]["pack_price"] = "17.4"
    assert codes(prepared("drugs", written(rows))) == [(2, "dictionaries.price_waiting")]


def test_a_file_does_not_overrule_a_price_planned_for_later(clinic):
    from datetime import timedelta

    drug = queries.drug_by_code("D0001")
    later = clock.today() + timedelta(days=30)
    clinic.run(clinic.actor("manager"), lambda uow: services.set_price(uow, "drug", drug.id, 200_000, later, "通知"))
    assert prepared("drugs", written(table("drugs"))).unchanged == 200
    rows = table("drugs")
    rows[0]["pack_price"] = "17.5"
    assert codes(prepared("drugs", written(rows))) == [(2, "dictionaries.price_later_exists")]


@pytest.mark.parametrize(
    ("column", "cell"), [("pack_size", "12"), ("min_unit", "片"), ("strength_dose", "0.5"), ("dose_unit", "mg")]
)
def test_what_stock_and_prescriptions_are_counted_in_never_changes(clinic, column, cell):
    rows = table("drugs")
    rows[0][column] = cell
    assert codes(prepared("drugs", written(rows))) == [(2, "dictionaries.frozen_column")]
    parsed = prepared("drugs", written(table("drugs"))).rows
    changed = [{**parsed[0], column: 12 if column == "pack_size" else cell}, *parsed[1:]]
    with pytest.raises(Invalid):
        clinic.run(clinic.actor("manager"), lambda uow: services.import_list(uow, "drugs", changed, source="x"))


def test_changed_allergy_groups_and_names_are_found_at_once(clinic):
    rows = table("drugs")
    rows[0].update(allergy_groups="penicillins;macrolides", name="样例改名胶囊")
    bring_in(clinic, prepared("drugs", written(rows)))
    drug = queries.drug_by_code("D0001")
    assert queries.groups_of_drug(drug.id) == {"penicillins", "macrolides"}
    assert [hit.code for hit in queries.drugs_matching("ylgmjn", clock.today())] == ["D0001"]
    assert "D0001" not in [hit.code for hit in queries.drugs_matching("amxljn", clock.today())]


def test_an_allergy_group_may_not_end_up_inside_itself(clinic):
    rows = table("allergy_groups")
    parents = {row["code"]: row for row in rows}
    parents["beta_lactams"]["parent"] = "penicillins"
    found = prepared("allergy_groups", written(rows))
    assert [error.refused.code for error in found.errors] == ["dictionaries.group_in_itself"]


def test_items_not_in_the_file_are_left_alone(clinic):
    found = prepared("drugs", written(table("drugs")[:3]))
    assert (found.new, found.changed, found.unchanged) == (0, 0, 3)
    bring_in(clinic, found)
    assert len(queries.all_drugs()) == 228


def test_a_real_clinic_gets_no_invented_prices_or_places(clinic, monkeypatch):
    from dataclasses import replace

    from clinic_app.kernel import installation

    real = replace(installation.current(), is_practice=False)
    monkeypatch.setattr(installation, "current", lambda: real)
    results = clinic.run(clinic.actor("administrator"), starter.load_starter_lists)
    assert {result["kind"] for result in results} == set(starter.KNOWLEDGE)


@pytest.mark.parametrize(("times", "cycle_days", "column"), [("1", "0", "cycle_days"), ("0", "1", "times")])
def test_a_frequency_whose_doses_cannot_be_counted_is_refused(times, cycle_days, column):
    row = {**table("frequencies")[0], "code": "q0", "times": times, "cycle_days": cycle_days}
    (error,) = prepared("frequencies", written([row])).errors
    assert (error.refused.code, error.refused.field) == ("dictionaries.bad_number", column)


@pytest.mark.parametrize(
    ("column", "cell"), [("antimicrobial_grade", "unrestricted"), ("controlled_class", "psychotropic_3")]
)
def test_a_grade_or_class_that_nobody_knows_is_refused(clinic, column, cell):
    rows = table("drugs")
    rows[0][column] = cell
    assert codes(prepared("drugs", written(rows))) == [(2, "dictionaries.not_a_choice")]


def test_grade_and_class_are_brought_in_and_changed(clinic):
    rows = table("drugs")
    rows[0].update(antimicrobial_grade="special", controlled_class="toxic")
    bring_in(clinic, prepared("drugs", written(rows)))
    drug = queries.drug_by_code("D0001")
    assert (drug.antimicrobial_grade, drug.controlled_class) == ("special", "toxic")
    rows[0].update(antimicrobial_grade="", controlled_class="")
    assert bring_in(clinic, prepared("drugs", written(rows)))["changed"] == 1
    drug = queries.drug_by_code("D0001")
    assert (drug.antimicrobial_grade, drug.controlled_class) == (None, None)


def test_a_long_list_tells_how_far_it_is_and_is_whole(clinic, monkeypatch):
    monkeypatch.setattr(lists, "SLICE", 3)
    rows = [{**row, "code": f"N{at:04d}", "name": f"{row['name']}{at}"} for at, row in enumerate(table("drugs")[:8])]
    heard: list[tuple[int, int]] = []
    found = prepared("drugs", written(rows))
    clinic.run(clinic.actor("manager"), lambda uow: importing.bring_in(uow, found, lambda *told: heard.append(told)))
    assert heard == [(3, 8), (6, 8), (8, 8)]
    assert prepared("drugs", written(rows)).unchanged == 8
    for row in rows:
        drug = queries.drug_by_code(row["code"])
        assert row["code"] in [hit.code for hit in queries.drugs_matching(row["name"], clock.today())]
        assert queries.groups_of_drug(drug.id) == set(filter(None, row["allergy_groups"].split(";")))
        assert queries.prices_of(drug.id)[0].valid_from == clock.today().isoformat()
        assert queries.dose_limits_on(drug.id, clock.today()).most_single_dose == row["most_single_dose"]


def pick(kind: str, text: str) -> list:
    if kind == "diagnoses":
        return queries.diagnoses_matching(text)
    return queries.drugs_matching(text, clock.today())


@pytest.mark.parametrize(("kind", "count"), [("diagnoses", 10_000), ("drugs", 4_000)])
def test_a_list_comes_in_and_is_found_at_a_pace_of_a_hundred_thousand_rows_a_minute(clinic, kind, count):
    given = table(kind)
    names = [f"样例{given[at % 9]['name']}{at}" for at in range(count)]
    rows = [{**given[at % len(given)], "code": f"N{at:05d}", "name": name} for at, name in enumerate(names)]
    began = time.process_time()
    assert bring_in(clinic, prepared(kind, written(rows)))["new"] == count
    assert time.process_time() - began < count * 60 / 100_000
    assert pick(kind, names[-1])[0].code == rows[-1]["code"]


@pytest.mark.parametrize("kind", ["drugs", "services", "diagnoses"])
def test_a_file_of_the_most_rows_is_not_too_large(kind):
    of_a_row = (starter.DATA / f"{kind}.csv").stat().st_size / len(table(kind))
    assert of_a_row * reading.MOST_ROWS < reading.LARGEST_BYTES


def test_a_plan_is_worked_out_again_when_a_colleague_changed_a_list_meanwhile(clinic):
    rows = table("diagnoses")
    rows[0]["name_en"] = "Common cold"
    found = prepared("diagnoses", written(rows))
    planned = services.plan("diagnoses", found.rows, clock.today())
    clinic.raw("UPDATE diagnosis SET name_en = 'Common cold' WHERE code = ?", (rows[0]["code"],))
    told = clinic.run(clinic.actor("manager"), lambda uow: services.import_planned(uow, planned, source="x"))
    assert (told["changed"], told["unchanged"]) == (0, 300)
