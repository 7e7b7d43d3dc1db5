"""Trace codes: known at goods-in or at the window, each pack sold once, freed by its return (NS-07)."""

from typing import Any

import pytest

from clinic_app.kernel import invariants
from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries, rules, services
from tests.conftest import Clinic
from tests.modules.pharmacy.window import bring_back, code_of, give, lines, paid

CODE, OTHER = "81234560000000000017", "81234560000000000024"


def traced(sheet: queries.Sheet, *codes: str) -> list[str]:
    return [f"{lines(sheet)[0].id.hex()}:{code}" for code in codes]


@pytest.mark.rule("NS-07")
def test_a_code_sold_once_is_stopped_when_scanned_again(clinic: Clinic) -> None:
    first = paid(clinic, "D0011")
    size = lines(first)[0].drug.pack_size
    give(clinic, first, traces=traced(first, CODE))
    code = queries.traced(CODE)
    assert code is not None and code.left == size - lines(first)[0].ordered
    for _more in range(code.left // lines(first)[0].ordered):
        sheet = paid(clinic, "D0011")
        give(clinic, sheet, traces=traced(sheet, CODE))
    late = paid(clinic, "D0011")
    assert code_of(lambda: give(clinic, late, traces=traced(late, CODE))) in (
        "pharmacy.trace_used", "pharmacy.trace_short",
    )  # fmt: skip


@pytest.mark.rule("NS-07")
def test_an_opened_pack_of_24_sells_18_and_6_and_not_one_more(clinic: Clinic) -> None:
    assert rules.cover([CODE], 18, {CODE: 24}, {}) == {CODE: 18}
    assert rules.cover([CODE], 6, {CODE: 6}, {}) == {CODE: 6}
    assert code_of(lambda: rules.cover([CODE], 1, {CODE: 0}, {CODE: "03-05"})) == "pharmacy.trace_used"
    assert code_of(lambda: rules.cover([CODE], 7, {CODE: 6}, {})) == "pharmacy.trace_short"
    assert code_of(lambda: rules.cover([CODE, OTHER], 6, {CODE: 6, OTHER: 24}, {})) == "pharmacy.trace_too_many"
    assert code_of(lambda: rules.cover([CODE, CODE], 7, {CODE: 6}, {})) == "pharmacy.trace_twice"
    sheet, again = paid(clinic, "D0001"), paid(clinic, "D0001")
    give(clinic, sheet, traces=traced(sheet, CODE))
    assert code_of(lambda: give(clinic, again, traces=traced(again, CODE))) == "pharmacy.trace_short"
    give(clinic, again, traces=traced(again, CODE, OTHER))
    assert [queries.traced(code).left for code in (CODE, OTHER)] == [0, 12]  # type: ignore[union-attr]


@pytest.mark.rule("NS-07")
def test_a_return_frees_the_code_that_was_scanned_back(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet, traces=traced(sheet, CODE))
    assert code_of(lambda: bring_back(clinic, sheet, 18)) == "pharmacy.trace_scan_return"
    assert code_of(lambda: bring_back(clinic, sheet, 18, traces=[OTHER])) == "pharmacy.trace_not_of_sheet"
    bring_back(clinic, sheet, 18, traces=[CODE])
    assert queries.traced(CODE).left == 24  # type: ignore[union-attr]
    sold_again = paid(clinic, "D0001")
    give(clinic, sold_again, traces=traced(sold_again, CODE))


def test_codes_of_a_delivery_are_recorded_once_and_belong_to_one_drug(clinic: Clinic) -> None:
    one, other = dictionaries.drug_by_code("D0001"), dictionaries.drug_by_code("D0016")
    assert one is not None and other is not None
    record = lambda drug, codes: clinic.run(  # noqa: E731
        clinic.actor("pharmacist"), lambda uow: services.record_codes(uow, drug.id, codes)
    )
    assert record(one, [CODE, OTHER, CODE]) == {"recorded": 2, "known": 0}
    assert record(one, [CODE]) == {"recorded": 0, "known": 1}
    assert code_of(lambda: record(other, [CODE])) == "pharmacy.trace_other_drug"
    assert code_of(lambda: record(one, ["D0001"])) == "pharmacy.trace_unreadable"
    assert queries.drug_of_prefix(CODE) == one.id and queries.drug_of_prefix("9" * 20) is None
    sheet = paid(clinic, "D0016")
    assert code_of(lambda: give(clinic, sheet, traces=traced(sheet, CODE))) == "pharmacy.trace_other_drug"


@pytest.mark.parametrize(("text", "code"), [
    (CODE, CODE), (" 8123 4560 0000 0000 0017 ", CODE), ("8" * 19, None), ("8" * 21, None), ("D0001", None),
])  # fmt: skip
def test_what_reads_as_a_trace_code(text: str, code: str | None) -> None:
    assert rules.trace_code(text) == code


@pytest.mark.rule("NS-07")
def test_the_code_of_a_pack_that_is_to_be_scrapped_is_never_sold_again(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet, traces=traced(sheet, CODE))
    bring_back(clinic, sheet, 18, "damaged", traces=[CODE])
    assert queries.traces_of_sheet(sheet.id) == [] and queries.traced(CODE).left == 6  # type: ignore[union-attr]
    again = paid(clinic, "D0001")
    assert code_of(lambda: give(clinic, again, traces=traced(again, CODE))) == "pharmacy.trace_short"
    clinic.raw("INSERT INTO trace_sale(code, dispense_id, line_id, quantity)"
               " SELECT code, dispense_id, line_id, 7 FROM trace_sale")  # fmt: skip
    assert [one.id for one in invariants.results() if not one.holds] == ["S6"]


@pytest.mark.rule("NS-07")
def test_a_code_scanned_twice_is_told_as_that_and_not_as_sold(clinic: Clinic, browser_as: Any) -> None:
    sheet = paid(clinic, "D0001")
    (line,) = lines(sheet)
    with pytest.raises(Refused) as refused:
        give(clinic, sheet, traces=traced(sheet, CODE, CODE))
    assert refused.value.code == "pharmacy.trace_twice" and queries.traced(CODE) is None, "nothing is stored"
    asked = f"/pharmacy/sheets/{sheet.id.hex()}/scan?scan={CODE}&trace={line.id.hex()}:{CODE}"
    said = browser_as("pharmacist").get(asked, **{"HX-Request": "true"}).text
    assert "刚才扫过了" in said and "已经用过" not in said
