"""The dictionaries' pages: lists, an item with its prices, price change, import with a dry run."""

import io
import re
from datetime import timedelta

import pytest

from clinic_app.kernel import clock, db
from clinic_app.modules.dictionaries import queries, starter

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def drug(clinic):
    return queries.drug_by_code("D0001")


def url_of(drug) -> str:
    return f"/dictionaries/drug/{drug.id.hex()}"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/dictionaries", "阿莫西林胶囊"),
        ("/dictionaries/services", "一般诊疗费"),
        ("/dictionaries/diagnoses", "原发性高血压"),
        ("/dictionaries/allergy-groups", "青霉素类"),
    ],
)
def test_every_list_shows_its_rows_and_what_is_not_reviewed(browser_as, url, text):
    page = browser_as("cashier").get(url)
    assert page.status_code == 200
    assert text in page.text and "未审核" in page.text
    assert len(page.data) < 60_000


def test_a_list_is_in_english_for_who_reads_english(browser_as):
    browser = browser_as("manager")
    browser.post("/language", {"language": "en", "next": "/"})
    page = browser.get("/dictionaries")
    assert "Amoxicillin capsules" in page.text and "Not reviewed" in page.text and "Penicillins" in page.text


def test_search_answers_with_the_rows_alone(browser_as):
    answer = browser_as("doctor").get("/dictionaries?q=amxl", **FRAGMENT)
    assert answer.text.lstrip().startswith('<tbody id="rows"')
    assert answer.text.count("<tr") == 3
    assert "没有找到" in browser_as("doctor").get("/dictionaries?q=zzzz", **FRAGMENT).text


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "skip=-1", "skip=99999999999999999999", "skip=abc"])
def test_a_hostile_query_is_answered(browser_as, query):
    assert browser_as("doctor").get(f"/dictionaries?{query}").status_code == 200


def test_auditors_have_no_business_here_and_cashiers_change_nothing(browser_as, drug):
    assert browser_as("auditor").get("/dictionaries").status_code == 403
    cashier = browser_as("cashier")
    assert cashier.get(url_of(drug)).status_code == 200
    assert 'id="price-form"' not in cashier.get(url_of(drug)).text
    posts = (
        (f"{url_of(drug)}/price", {"price": "1", "valid_from": "2099-01-01", "source": "x"}),
        (f"{url_of(drug)}/disable", {}), ("/dictionaries/import", {}), ("/dictionaries/import/check", {}),
    )  # fmt: skip
    for url, data in posts:
        assert cashier.post(url, data).status_code == 403
    assert cashier.get("/dictionaries/import").status_code == 403


def test_an_unknown_item_is_not_found(browser_as):
    assert browser_as("manager").get(f"/dictionaries/drug/{'0' * 32}").status_code == 404


@pytest.mark.rule("FE-03")
def test_a_manager_asks_for_a_price_from_a_day_on_and_an_administrator_approves_it(browser_as, drug):
    day = clock.today() + timedelta(days=3)
    manager, administrator = browser_as("manager"), browser_as("administrator")
    posted = manager.post(
        f"{url_of(drug)}/price", {"price": "19.25", "valid_from": f"{day:%Y%m%d}", "source": "通知 2 号"}
    )
    assert posted.status_code == 303
    assert "等另一个人批准" in manager.get(posted.location).text and queries.price_on(drug.id, day) == 187_000
    (proposal,) = re.findall(r"/dictionaries/prices/([0-9a-f]{32})/reject", manager.get("/dictionaries/prices").text)
    own = manager.post(f"/dictionaries/prices/{proposal}/approve")
    assert own.status_code == 422 and "不能自己批准" in own.text
    assert administrator.post(f"/dictionaries/prices/{proposal}/approve").status_code == 303
    assert administrator.post(f"/dictionaries/prices/{proposal}/reject").status_code == 409
    assert queries.price_on(drug.id, day) == 192_500
    page = manager.get(posted.location)
    assert "计划" in page.text and "19.25" in page.text 


def test_a_wrong_price_form_is_shown_again_with_sentences_beside_the_fields(browser_as, drug):
    answer = browser_as("manager").post(f"{url_of(drug)}/price", {"price": "-1", "valid_from": "31.2.", "source": ""})
    assert answer.status_code == 422
    for field in ("price", "valid_from", "source"):
        assert f'id="{field}-msg"' in answer.text
    assert 'value="-1"' in answer.text and 'value="31.2."' in answer.text
    past = browser_as("manager").post(
        f"{url_of(drug)}/price", {"price": "1", "valid_from": "2020-01-01", "source": "x"}
    )
    assert past.status_code == 422 and 'id="valid_from-msg"' in past.text
    assert len(queries.prices_of(drug.id)) == 1


def test_the_same_form_sent_twice_asks_for_one_price(browser_as, drug):
    manager, form = browser_as("manager"), {"price": "19", "valid_from": clock.today().isoformat(), "source": "x"}
    for _ in range(2):
        assert manager.post(f"{url_of(drug)}/price", form, once="k" * 20).status_code == 303
    assert db.value("SELECT count(*) FROM price_proposal") == 1


def test_a_field_nobody_asked_for_is_refused(browser_as, drug):
    form = {"price": "1", "valid_from": "2099-01-01", "source": "x", "item_kind": "service"}
    assert browser_as("manager").post(f"{url_of(drug)}/price", form).status_code == 422


def test_an_item_is_disabled_and_enabled(browser_as, drug):
    manager = browser_as("manager")
    assert manager.post(f"{url_of(drug)}/disable").status_code == 303
    assert queries.drug(drug.id).is_disabled
    assert manager.post(f"{url_of(drug)}/enable").status_code == 303
    assert not queries.drug(drug.id).is_disabled


def upload(kind: str, data: bytes, **fields: str) -> dict:
    return {"kind": kind, "file": (io.BytesIO(data), "list.csv"), **fields}


def test_an_import_is_looked_at_first_and_then_brought_in(browser_as):
    text = (starter.DATA / "diagnoses.csv").read_text("utf-8") + "Z99.999,样例诊断,Sample,x,no\n"
    manager, data = browser_as("manager"), text.encode()
    before = db.value("SELECT count(*) FROM diagnosis")
    check = manager.post("/dictionaries/import/check", upload("diagnoses", data), **FRAGMENT)
    assert "诊断：新增 1，修改 0，没变 300" in check.text and "样例诊断" in check.text
    assert db.value("SELECT count(*) FROM diagnosis") == before
    digest = re.search(r'name="checked" value="([0-9a-f]{64})"', check.text)[1]
    done = manager.post("/dictionaries/import", upload("diagnoses", data, checked=digest))
    assert done.status_code == 303
    assert "诊断：新增 1，修改 0，没变 300" in manager.get(done.location).text
    assert queries.diagnosis_by_code("Z99.999") is not None


def test_an_import_that_was_not_looked_at_is_refused(browser_as):
    data = (starter.DATA / "diagnoses.csv").read_bytes() + "Z99.999,样例诊断,Sample,x,no\n".encode()
    answer = browser_as("manager").post("/dictionaries/import", upload("diagnoses", data, checked="0" * 64))
    assert answer.status_code == 422 and "先看看会改什么" in answer.text
    assert queries.diagnosis_by_code("Z99.999") is None


def test_the_dry_run_shows_the_lines_that_are_wrong(browser_as):
    data = b"code,name,name_en,source,reviewed\nA1,,A,x,no\n"
    manager = browser_as("manager")
    answer = manager.post("/dictionaries/import/check", upload("diagnoses", data), **FRAGMENT)
    assert "第 2 行：名称 name 空着" in answer.text and 'name="checked"' not in answer.text
    assert manager.post("/dictionaries/import", upload("diagnoses", data, checked="x")).status_code == 422


def test_a_missing_or_unreadable_file_gets_a_sentence(browser_as):
    manager = browser_as("manager")
    assert "还没有选文件" in manager.post("/dictionaries/import/check", {"kind": "drugs"}).text
    answer = manager.post("/dictionaries/import/check", upload("drugs", b"\x00\x01"))
    assert answer.status_code == 422 and "不是文字表格" in answer.text
    assert manager.post("/dictionaries/import/check", upload("people", b"a")).status_code == 422
    assert manager.get("/dictionaries/import?kind=nonsense").status_code == 200


def test_an_item_is_opened_beside_the_list_as_it_was_narrowed(browser_as, drug):
    browser = browser_as("administrator")
    found = browser.get("/dictionaries?q=amxl").text
    link = re.search(rf'href="({url_of(drug)}\?q=amxl)"', found)
    page = browser.get(link[1]).text
    assert 'name="q" value="amxl"' in page and 'class="on" aria-current="true"' in page
    assert "盐酸左氧氟沙星片" not in page
    assert re.search(r'<input[^>]*name="price"[^>]* autofocus', page)
    day = (clock.today() + timedelta(days=1)).isoformat()
    changed = browser.post(f"{url_of(drug)}/price?q=amxl", {"price": "9.9", "valid_from": day, "source": "院长定"})
    assert changed.location.endswith("?q=amxl")


@pytest.mark.rule("RX-17")
def test_a_drug_tells_its_use_limits_grade_class_and_that_nobody_reviewed_it(browser_as):
    manager = browser_as("manager")
    for code, told in (
        ("D0001", ("0.5 g · 每日3次 · 口服", "非限制使用级", "成人一次最多", "成人一天最多")),
        ("D0009", ("18 岁起",)),
        ("D0042", ("800,000单位 · 每日2次 · 肌内注射", "成人一天最多")),
    ):
        page = manager.get(url_of(queries.drug_by_code(code))).text
        assert all(one in page for one in told), code
        pane = page[page.index('id="item"') :]
        assert "未审核" in pane[: pane.index("<dl")] and "练习数据" in pane
    assert "抗菌药分级" not in manager.get(url_of(queries.drug_by_code("D0011"))).text


@pytest.mark.parametrize(
    ("name", "told", "told_en"),
    [
        ("盐酸吗啡注射液", "麻醉药品", "Narcotic"),
        ("盐酸哌甲酯片", "第一类精神药品", "Psychotropic, class 1"),
        ("地西泮片", "第二类精神药品", "Psychotropic, class 2"),
    ],
)
@pytest.mark.rule("RX-07")
def test_a_controlled_drug_says_so_in_both_languages(browser_as, name, told, told_en):
    drug = next(one for one in queries.all_drugs() if one.name == name)
    manager = browser_as("manager")
    assert f"<dd>{told}</dd>" in manager.get(url_of(drug)).text
    manager.post("/language", {"language": "en", "next": "/"})
    assert f"<dd>{told_en}</dd>" in manager.get(url_of(drug)).text


def test_a_service_tells_where_it_comes_from(browser_as):
    service = queries.service_by_code("S0003")
    assert "练习数据" in browser_as("cashier").get(f"/dictionaries/service/{service.id.hex()}").text
