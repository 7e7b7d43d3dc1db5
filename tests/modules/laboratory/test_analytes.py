"""The analytes on their page: added, changed, taken out of use; what stands on a report stays as it was."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Stale
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.laboratory import queries, rules, services
from tests.modules.laboratory.conftest import CBC
from tests.modules.laboratory.test_reports import asked_for, collect, enter, lines

FERRITIN = {"code": "ferritin", "kind": "number", "panel": "cbc", "name": "铁蛋白", "name_en": "Ferritin",
            "unit": "μg/L", "decimals": "1", "choices": ""}  # fmt: skip
WBC = {"panel": "cbc", "name": "白细胞", "name_en": "White blood cells", "unit": "10⁹/L", "decimals": "2"}


def measured(panel="cbc"):
    return [one.code for one in queries.analytes(panel)]


def change(browser, code, form, rev=0):
    return browser.post(f"/laboratory/analytes/{code}", {**form, "rev": str(rev)})


def rev_of(code):
    return versions.rev_of(queries.ANALYTES, code)


def test_one_more_analyte_is_measured_after_the_others(browser_as):
    before = measured()
    answer = browser_as("manager").post("/laboratory/analytes", FERRITIN)
    assert answer.status_code == 303 and measured() == [*before, "ferritin"]
    page = browser_as("manager", 0).get("/laboratory/analytes?code=ferritin").text
    assert "铁蛋白" in page and "μg/L" in page
    again = browser_as("manager").post("/laboratory/analytes", FERRITIN)
    assert again.status_code == 422 and "已经有了" in again.text and 'id="code-msg"' in again.text


def test_without_english_the_chinese_name_stands_in(browser_as):
    browser_as("manager").post("/laboratory/analytes", {**FERRITIN, "name_en": ""})
    assert queries.analyte("ferritin").name_en == "铁蛋白"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "Ferritin"}, "code"), ({"code": "conclusion"}, "code"), ({"panel": "-cbc"}, "panel"),
        ({"panel": ""}, "panel"), ({"name": ""}, "name"), ({"name": "铁" * 41}, "name"), ({"unit": "x" * 21}, "unit"),
        ({"decimals": "5"}, "decimals"), ({"decimals": "x"}, "decimals"),
        ({"kind": "choice", "choices": "阴性"}, "choices"), ({"kind": "choice", "choices": "阴性;阴性"}, "choices"),
        ({"kind": "choice", "choices": "阴性;;阳性"}, "choices"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_stored(browser_as, changed, field):
    before = measured()
    answer = browser_as("manager").post("/laboratory/analytes", {**FERRITIN, **changed})
    assert answer.status_code == 422 and f'id="{field}-msg"' in answer.text and measured() == before


def test_the_limits_of_the_texts_hold_exactly():
    one = rules.Analyte("a", "cbc", "名" * 40, "n" * 60, "u" * 20, "number", 4, "")
    assert rules.check_analyte(one, is_new=True) == {}
    for name, value in (("name", "名" * 41), ("name_en", "n" * 61), ("unit", "u" * 21), ("decimals", 5)):
        told = {field: getattr(one, field) for field in one.__slots__} | {name: value}
        assert set(rules.check_analyte(rules.Analyte(**told), is_new=True)) == {name}


def test_a_change_leaves_a_version_and_a_colleague_who_was_faster_is_not_overwritten(browser_as):
    manager = browser_as("manager")
    assert change(manager, "wbc", {**WBC, "name": "白细胞计数"}).status_code == 303
    late = change(manager, "wbc", {**WBC, "name": "白血球"})
    assert late.status_code == 409 and "现在是：白细胞计数" in late.text and "白血球" in late.text
    assert queries.analyte("wbc").name == "白细胞计数" and rev_of("wbc") == 1
    page = manager.get("/laboratory/analytes?code=wbc").text
    assert '<span class="strike">白细胞</span> → 白细胞计数' in page


def test_what_is_out_of_use_is_asked_for_by_no_report_until_it_is_measured_again(clinic, browser_as):
    manager, before = browser_as("manager"), measured()
    assert manager.post("/laboratory/analytes/hct/disable", {"rev": "0"}).status_code == 303
    assert measured() == [code for code in before if code != "hct"]
    assert change(manager, "hct", {**WBC, "name": "压积", "unit": "%"}, rev=1).status_code == 303
    assert "hct" not in measured(), "a change alone brings nothing back"
    with pytest.raises(Stale):
        clinic.run(
            clinic.actor("manager"), lambda uow: services.set_analyte_disabled(uow, "hct", False, rev=0)
        )
    assert manager.post("/laboratory/analytes/hct/enable", {"rev": "2"}).status_code == 303
    assert measured() == before
    page = manager.get("/laboratory/analytes?code=hct").text
    assert "停测" in page and "又测" in page and "→ 1<" not in page


def test_name_and_unit_of_what_stands_on_a_report_stay(case, browser_as):
    one, _paid = asked_for(case, CBC)
    enter(one, collect(one, lines(one)[0]))
    answer = change(browser_as("manager"), "wbc", {**WBC, "unit": "G/L", "name": "白血球"})
    assert answer.status_code == 422 and 'id="unit-msg"' in answer.text and 'id="name-msg"' in answer.text
    assert queries.analyte("wbc").unit == "10⁹/L"
    assert change(browser_as("manager"), "wbc", {**WBC, "decimals": "1"}).status_code == 303
    assert queries.analyte("wbc").decimals == 1


def test_a_result_that_a_range_calls_normal_stays_a_choice(browser_as):
    form = {"panel": "urine", "name": "尿糖", "name_en": "Glucose", "unit": ""}
    answer = change(browser_as("manager"), "u_glu", {**form, "choices": "有;无"})
    assert answer.status_code == 422 and 'id="choices-msg"' in answer.text
    assert change(browser_as("manager"), "u_glu", {**form, "choices": "阴性；阳性"}).status_code == 303
    assert queries.analyte("u_glu").options == ["阴性", "阳性"]


def test_only_who_manages_changes_analytes(browser_as):
    for role in ("nurse", "doctor", "cashier"):
        one = browser_as(role)
        assert one.get("/laboratory/analytes").status_code == 403
        assert one.post("/laboratory/analytes", FERRITIN).status_code == 403
    assert browser_as("manager").get("/laboratory/analytes?code=zz").status_code == 404
    assert browser_as("manager").post("/laboratory/analytes/zz", {**WBC, "rev": "0"}).status_code == 404
    assert db.value("SELECT count(*) FROM analyte WHERE code = 'ferritin'") == 0
