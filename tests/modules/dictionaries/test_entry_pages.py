"""Pages of single entries, prices to approve and invoice lines: who may, what is refused, nothing is overwritten."""

import html
import re

import pytest

from clinic_app.modules.dictionaries import queries
from clinic_app.modules.dictionaries.rules.classification import Proposals
from clinic_app.modules.dictionaries.rules.lists import LISTS

FRAGMENT = {"HX-Request": "true"}


def form_of(page: str) -> dict[str, str]:
    """The fields of the entry's form as the browser would send them."""
    form = page[page.index('id="entry-form"') : page.index("</form>", page.index('id="entry-form"'))]
    fields = dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', form))
    for name, body in re.findall(r'<select[^>]*name="([a-z_]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in fields.items() if name not in ("csrf", "once")}


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_every_list_can_be_opened_and_an_untouched_entry_saved(browser_as, kind):
    manager = browser_as("manager")
    assert manager.get(f"/dictionaries/lists/{kind}").status_code == 200
    assert manager.get(f"/dictionaries/lists/{kind}/new").status_code == 200
    rows = manager.get(f"/dictionaries/lists/{kind}", **FRAGMENT).text
    found = re.search(rf"/dictionaries/lists/{kind}/([A-Za-z0-9._+-]+)", rows)
    page = manager.get(f"/dictionaries/lists/{kind}/{found[1]}").text
    assert manager.post(f"/dictionaries/lists/{kind}/{found[1]}", form_of(page)).status_code == 303
    assert "还没有人改过" in manager.get(f"/dictionaries/lists/{kind}/{found[1]}").text


@pytest.mark.rule("CFG-11")
def test_a_stale_form_shows_both_texts_and_overwrites_nothing(browser_as):
    manager, administrator = browser_as("manager"), browser_as("administrator")
    url = "/dictionaries/lists/routes/po"
    seen = form_of(manager.get(url).text)
    assert administrator.post(url, {**seen, "name": "口服给药"}).status_code == 303
    answer = manager.post(url, {**seen, "name": "嘴里吃"})
    assert answer.status_code == 409 and "口服给药" in answer.text and 'value="嘴里吃"' in answer.text
    assert queries.routes()[0].name == "口服给药"
    assert manager.post(url, form_of(answer.text)).status_code == 303
    assert queries.routes()[0].name == "嘴里吃"


def test_wrong_fields_are_named_beside_them_and_kept(browser_as):
    given = {"code": "bad code", "name": "", "name_en": "x", "slip": "smoke", "source": "x", "reviewed": "no"}
    answer = browser_as("manager").post("/dictionaries/lists/routes/new", given)
    assert answer.status_code == 422 and 'value="bad code"' in answer.text
    for field in ("f-code", "f-name", "f-slip"):
        assert f'id="{field}-msg"' in answer.text


@pytest.mark.parametrize("english", ["", "  "])
def test_a_clinic_need_not_know_the_english_of_what_it_adds(browser_as, english):
    manager = browser_as("manager")
    given = {"code": "G901", "name": "青溪医药", "name_en": english, "source": "合同", "reviewed": "no"}
    assert manager.post("/dictionaries/lists/suppliers/new", given).status_code == 303
    assert form_of(manager.get("/dictionaries/lists/suppliers/G901").text)["name_en"] == "青溪医药"
    answer = manager.post("/dictionaries/lists/suppliers/new", {**given, "code": "G902", "name": ""})
    assert answer.status_code == 422 and 'id="f-name-msg"' in answer.text
    assert 'id="f-name_en-msg"' not in answer.text, "what is missing is said once"


def test_a_cashier_reads_and_changes_nothing(browser_as):
    cashier = browser_as("cashier")
    page = cashier.get("/dictionaries/lists/drugs/D0001")
    assert page.status_code == 200 and "保存" not in page.text
    for url in ("lists/drugs/D0001", "lists/drugs/new", "lists/drugs/D0001/disable", "invoice-lines", "prices/approve"):
        assert cashier.post(f"/dictionaries/{url}").status_code == 403
    assert cashier.get("/dictionaries/invoice-lines").status_code == 403


@pytest.mark.parametrize(
    "url", ["lists/people", "lists/people/new", "lists/drugs/nothing", "lists/drugs/%00", "suggest/people?q=a"]
)
def test_what_is_not_there_is_not_found(browser_as, url):
    assert browser_as("manager").get(f"/dictionaries/{url}").status_code == 404


@pytest.mark.parametrize("rev", ["", "-1", "abc", "99999999999999999999"])
def test_a_broken_rev_is_out_of_date(browser_as, rev):
    manager = browser_as("manager")
    seen = form_of(manager.get("/dictionaries/lists/routes/po").text)
    assert manager.post("/dictionaries/lists/routes/po", {**seen, "rev": rev}).status_code == 409
    assert manager.post("/dictionaries/lists/routes/po/disable", {"rev": rev}).status_code == 409


@pytest.mark.rule("CFG-04", "CFG-05")
def test_a_proposal_is_red_and_unused_until_it_is_saved(clinic, browser_as):
    clinic.raw("UPDATE service_item SET invoice_category = NULL WHERE code IN ('S0018', 'S0015')")
    manager = browser_as("manager")
    page = manager.get("/dictionaries/invoice-lines?category=examination").text
    assert "心电图" in page and "还没保存" in page and "血常规" not in page
    assert queries.service_by_code("S0018").invoice_category is None
    posted = manager.post("/dictionaries/invoice-lines", {"item": "services:S0018", "line": "examination"})
    assert posted.status_code == 303 and posted.headers["Location"] == "/dictionaries/invoice-lines"
    assert queries.service_by_code("S0018").invoice_category == "examination"
    for category, after in (("examination", "?category=examination"), ("é" * 70_000, "")):
        back = manager.post("/dictionaries/invoice-lines", {"category": category}).headers["Location"]
        assert back == f"/dictionaries/invoice-lines{after}", "only a line that there is is told in the address"
    assert "还没保存" not in manager.get("/dictionaries/invoice-lines?category=examination").text
    assert manager.post("/dictionaries/invoice-lines", {"item": "services:S0015", "line": "nothing"}).status_code == 422
    assert manager.post("/dictionaries/invoice-lines", {"item": "services:S0015"}).status_code == 422


def test_nothing_is_proposed_where_two_lines_are_as_likely():
    learnt = Proposals([("腹部彩超检查", "examination"), ("血常规化验", "laboratory")])
    assert learnt.of("彩超检查") == "examination" and learnt.of("尿常规化验") == "laboratory"
    assert learnt.of("检查化验") is None and learnt.of("拔罐") is None


def test_a_long_file_is_read_and_brought_in_beside_the_request(browser_as, monkeypatch):
    import io
    import time

    from clinic_app.modules.dictionaries.importing import running

    monkeypatch.setattr(running, "LONG_TEXT", 10)
    data = "code,name,name_en,source,reviewed\nZ96.001,样例,Sample,practice,no\n".encode()
    manager = browser_as("manager")

    def post(url, **more):
        return manager.post(url, {"kind": "diagnoses", "file": (io.BytesIO(data), "a.csv"), **more}, **FRAGMENT)

    def until(url, text):
        for _ in range(100):
            if text in (page := manager.get(url, **FRAGMENT).text):
                return page
            time.sleep(0.05)
        raise AssertionError(page)

    page = post("/dictionaries/import/check").text
    if (check := re.search(r"/dictionaries/import/checks/[0-9a-f]{32}", page)) is not None:  # not over yet
        page = until(check[0], "新增 1")
    checked = re.search(r'name="checked" value="([0-9a-f]+)"', page)[1]
    begun = manager.post(
        "/dictionaries/import", {"kind": "diagnoses", "file": (io.BytesIO(data), "a.csv"), "checked": checked}
    )
    assert begun.status_code == 303 and "全部导入了" in until(begun.location, "全部导入了")
    assert queries.diagnoses_matching("yangli")[0].code == "Z96.001"
    assert "重启过" in manager.get(f"/dictionaries/import/{'0' * 32}").text


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_is_searched_on_its_page_and_where_it_is_picked_from(kind, browser_as):
    browser = browser_as("administrator")
    for path in (f"/dictionaries/lists/{kind}?q=a", f"/dictionaries/suggest/{kind}?q=a"):
        assert browser.get(path).status_code == 200, path
