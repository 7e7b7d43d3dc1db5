"""The stock's pages: what is on hand, and goods-in as an entry grid."""

import gzip
import html
import re

import pytest

from clinic_app.kernel import clock, db
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries

FRAGMENT = {"HX-Request": "true"}
NEAR, EXPIRED, SOLD_OUT = "D0002", "D0003", "D0004"


def name(code: str) -> str:
    return dictionaries.drug_by_code(code).name


def row_of(html: str, text: str) -> list[str]:
    return [row for row in re.findall(r"<tr.*?</tr>", html, re.S) if text in row]


def entry(drug: str = "D0001", **cells: str) -> dict[str, str]:
    found = dictionaries.drug_by_code(drug)
    usual = {
        "drug_id": found.id.hex() if found else "", "drug": found.name if found else drug, "batch_no": "N1",
        "expires_on": "2099-06", "packs": "3", "cost": "12.5",
    }  # fmt: skip
    return {f"new_{cell}": text for cell, text in {**usual, **cells}.items()}


def lines(*drugs: str, **cells: str) -> dict[str, list[str]]:
    each = [{key[4:]: text for key, text in entry(drug, **cells).items()} for drug in drugs]
    return {f"line_{cell}": [one[cell] for one in each] for cell in each[0]}


@pytest.fixture
def pharmacist(browser_as):
    return browser_as("pharmacist")


def test_the_stock_list_marks_what_is_near_its_expiry_expired_and_sold_out(pharmacist):
    page = pharmacist.get("/stock")
    assert page.status_code == 200 and len(gzip.compress(page.data)) < 12_000
    assert any("近效期 40 天" in row for row in row_of(page.text, name(NEAR)))
    assert any("已过期" in row for row in row_of(page.text, name(EXPIRED)))
    assert any("已用完" in row for row in row_of(page.text, name(SOLD_OUT)))
    assert any("盒" in row for row in row_of(page.text, name("D0001")))


def test_a_long_list_is_read_in_pages_that_hold_every_line_once(pharmacist):
    url, seen, pages = "/stock?show=all", [], 0
    while url:
        page = pharmacist.get(url)
        assert page.status_code == 200 and len(page.data) < 60_000
        listed = re.findall(r'<a href="/stock/drugs/.*', page.text)
        assert 0 < len(listed) <= 100
        seen += listed
        more = re.search(r'href="(/stock\?[^"]*skip=[^"]*)"', page.text)
        url, pages = more and html.unescape(more[1]), pages + 1
    assert pages == 3 and len(seen) == len(set(seen)) == len(queries.on_hand(clock.today()))


@pytest.mark.parametrize("skip", ["-1", "abc", "²", "9" * 30])
def test_a_broken_page_number_is_the_first_page(pharmacist, skip):
    assert name("D0001") in pharmacist.get(f"/stock?skip={skip}").text


@pytest.mark.parametrize(("show", "code"), [("near", NEAR), ("expired", EXPIRED), ("sold_out", SOLD_OUT)])
def test_the_list_is_limited_to_one_state(pharmacist, show, code):
    rows = pharmacist.get(f"/stock?show={show}", **FRAGMENT).text
    assert rows.count("<tr") == 1 and name(code) in rows


def test_the_list_is_searched_by_initials(pharmacist):
    rows = pharmacist.get("/stock?q=amxl", **FRAGMENT).text
    assert name("D0001") in rows and name(SOLD_OUT) not in rows
    assert "没有找到" in pharmacist.get("/stock?q=zzzz%00", **FRAGMENT).text


def test_amounts_are_told_in_the_readers_language(pharmacist):
    assert "40盒" in pharmacist.get("/stock?q=D0001", **FRAGMENT).text
    pharmacist.post("/language", {"language": "en", "next": "/"})
    assert "40 boxes" in pharmacist.get("/stock?q=D0001", **FRAGMENT).text


def test_who_may_look_and_who_may_take_in(browser_as):
    manager = browser_as("manager")
    assert manager.get("/stock").status_code == 200
    assert manager.get("/stock/goods-in").status_code == 403
    assert manager.post("/stock/goods-in", lines("D0001")).status_code == 403
    for role in ("cashier", "auditor", "technician"):
        assert browser_as(role).get("/stock").status_code == 403


def test_suggestions_carry_the_drug_and_its_last_cost(pharmacist):
    answer = pharmacist.get("/stock/goods-in/drugs?new_drug=amxl", **FRAGMENT)
    assert f'data-fill-new_drug_id="{dictionaries.drug_by_code("D0001").id.hex()}"' in answer.text
    assert 'data-fill-new_cost="10.00"' in answer.text
    assert "先在字典里加上" in pharmacist.get("/stock/goods-in/drugs?new_drug=zzzz", **FRAGMENT).text


def test_enter_in_the_last_cell_adds_the_row_and_goes_to_a_fresh_one(pharmacist):
    answer = pharmacist.post("/stock/goods-in/lines", {**entry(), "op": "add"}, **FRAGMENT)
    assert answer.status_code == 200 and '"focus": "#new_drug"' in answer.headers["HX-Trigger-After-Settle"]
    assert 'name="line_batch_no" value="N1"' in answer.text
    assert 'name="line_expires_on" value="2099-06-30"' in answer.text
    assert 'id="new_batch_no" name="new_batch_no" value=""' in answer.text
    assert "37.50" in answer.text


@pytest.mark.parametrize(
    ("cells", "focus", "sentence"),
    [
        ({"batch_no": ""}, "#new_batch_no", "第 1 行 阿莫西林胶囊 没有批号"),
        ({"expires_on": ""}, "#new_expires_on", "没有有效期"),
        ({"expires_on": "2020-01"}, "#new_expires_on", "2020-01-31 已经过了"),
        ({"expires_on": "2099-13"}, "#new_expires_on", "没有「2099-13」这个日期"),
        ({"packs": "-3"}, "#new_packs", "-3"),
        ({"packs": "99999999999999999999"}, "#new_packs", "9999"),
        ({"cost": ""}, "#new_cost", "没有进价"),
        ({"drug_id": "zz", "drug": "阿莫西林"}, "#new_drug", "从列表里选"),
        ({"drug_id": "0" * 32, "drug": "没有的药"}, "#new_drug", "从列表里选"),
    ],
)
def test_a_wrong_cell_keeps_what_was_typed_and_gets_the_focus(pharmacist, cells, focus, sentence):
    answer = pharmacist.post("/stock/goods-in/lines", {**entry(**cells), "op": "add"}, **FRAGMENT)
    assert answer.status_code == 422
    assert focus in answer.headers["HX-Trigger-After-Settle"]
    assert sentence in answer.text
    for cell, text in cells.items():
        assert cell == "drug_id" or f'value="{text}"' in answer.text


def test_a_name_that_fits_one_drug_only_needs_no_choice(pharmacist):
    answer = pharmacist.post("/stock/goods-in/lines", {**entry(drug_id="", drug="amxljn"), "op": "add"}, **FRAGMENT)
    assert answer.status_code == 200 and f'value="{dictionaries.drug_by_code("D0001").id.hex()}"' in answer.text


def test_a_row_is_taken_out_changed_and_put_back_in_its_place(pharmacist):
    taken = pharmacist.post("/stock/goods-in/lines", {**lines("D0001", "D0002"), "op": "change:0"}, **FRAGMENT)
    assert 'id="new_batch_no" name="new_batch_no" value="N1"' in taken.text
    assert 'name="at" value="0"' in taken.text and taken.text.count('name="line_batch_no"') == 1
    back = pharmacist.post(
        "/stock/goods-in/lines", {**lines("D0002"), **entry("D0001", batch_no="N9"), "at": "0", "op": "add"}, **FRAGMENT
    )
    assert re.findall(r'name="line_batch_no" value="(\w+)"', back.text) == ["N9", "N1"]


def test_a_row_is_opened_while_another_is_open_and_both_keep_their_places(pharmacist):
    form = {**lines("D0002", "D0005"), **entry("D0001"), "at": "0", "op": "change:0"}
    answer = pharmacist.post("/stock/goods-in/lines", form, **FRAGMENT).text
    assert f'value="{name("D0002")}"' in answer and 'name="at" value="1"' in answer
    assert re.findall(r'name="line_drug" value="([^"]+)"', answer) == [name("D0001"), name("D0005")]
    assert re.findall(r'<td class="mid mute">(\d)</td>', answer) == ["1", "2", "3"]


def test_a_row_before_the_open_one_is_dropped(pharmacist):
    form = {**lines("D0002", "D0005"), **entry("D0001"), "at": "1", "op": "drop:0"}
    assert 'name="at" value="0"' in pharmacist.post("/stock/goods-in/lines", form, **FRAGMENT).text


def test_a_row_is_dropped(pharmacist):
    left = pharmacist.post("/stock/goods-in/lines", {**lines("D0001", "D0002"), "op": "drop:0"}, **FRAGMENT).text
    assert re.findall(r'name="line_drug" value="([^"]+)"', left) == [name("D0002")]
    same = pharmacist.post("/stock/goods-in/lines", {**lines("D0001"), "op": "drop:7"}, **FRAGMENT).text
    assert same.count('name="line_drug"') == 1


def test_f9_posts_every_row_and_the_one_being_typed(pharmacist):
    before = queries.available(dictionaries.drug_by_code("D0001").id, clock.today())
    form = {"supplier": "样例医药公司", "document_no": "T-9", **lines("D0002"), **entry("D0001")}
    posted = pharmacist.post("/stock/goods-in", form)
    assert posted.status_code == 303
    assert queries.available(dictionaries.drug_by_code("D0001").id, clock.today()) == before + 3 * 24
    page = pharmacist.get(posted.location).text
    assert "入库 2 行，单号 XQX01G" in page and "T-9" in page


@pytest.mark.rule("PH-03")
def test_posting_names_the_line_that_lacks_its_batch_and_stores_nothing(pharmacist):
    before = db.value("SELECT count(*) FROM stock_move")
    form = {"supplier": "样例医药公司", **lines("D0001", "D0002", "D0005")}
    form["line_batch_no"] = ["N1", "", "N3"]
    answer = pharmacist.post("/stock/goods-in", form)
    assert answer.status_code == 422 and "#new_batch_no" in answer.headers["HX-Trigger-After-Settle"]
    assert f"第 2 行 {name('D0002')} 没有批号" in answer.text
    assert 'value="N1"' in answer.text and 'value="N3"' in answer.text
    assert db.value("SELECT count(*) FROM stock_move") == before


def test_posting_names_a_batch_with_another_expiry(pharmacist):
    pharmacist.post("/stock/goods-in", {"supplier": "样例医药公司", **lines("D0001")})
    answer = pharmacist.post("/stock/goods-in", {"supplier": "样例医药公司", **lines("D0001", expires_on="2098-01")})
    assert answer.status_code == 422 and "以前登的有效期是 2099-06-30" in answer.text


def test_posting_without_supplier_or_rows_says_so(pharmacist):
    assert "写上供应商" in pharmacist.post("/stock/goods-in", lines("D0001")).text
    assert "还没有一行药" in pharmacist.post("/stock/goods-in", {"supplier": "样例"}).text


def test_the_same_form_sent_twice_takes_in_once(pharmacist):
    form = {"supplier": "样例医药公司", **lines("D0001")}
    for _ in range(2):
        assert pharmacist.post("/stock/goods-in", form, once="g" * 20).status_code == 303
    assert queries.latest_goods_in()[0].document_no == ""
    assert db.value("SELECT count(*) FROM batch WHERE batch_no = 'N1'") == 1
    assert (
        db.value(
            "SELECT sum(quantity) FROM goods_in_line AS l JOIN batch AS b ON b.id = l.batch_id WHERE b.batch_no = 'N1'"
        )
        == 72
    )


@pytest.mark.parametrize(
    "form",
    [
        {"line_drug_id": ["a", "b"], "line_batch_no": ["x"]},
        {"price": "1"},
        {f"line_{cell}": ["x"] * 300 for cell in ("drug_id", "drug", "batch_no", "expires_on", "packs", "cost")},
    ],
)
def test_a_forged_grid_is_refused(pharmacist, form):
    assert pharmacist.post("/stock/goods-in", {"supplier": "样例", **form}).status_code == 422
    assert pharmacist.post("/stock/goods-in/lines", form, **FRAGMENT).status_code == 422


def test_a_hostile_name_is_shown_as_text(pharmacist):
    answer = pharmacist.post(
        "/stock/goods-in/lines", {**entry(drug_id="", drug="<script>alert(1)</script>"), "op": "add"}, **FRAGMENT
    )
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text
