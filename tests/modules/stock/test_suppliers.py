"""Who delivers: picked from the dictionary or typed freely; a licence that has run out is told, not refused."""

import pytest

from tests.modules.stock.test_pages import lines

FRAGMENT = {"HX-Request": "true"}


@pytest.mark.rule("CFG-09")
def test_an_expired_licence_is_told_when_picked_and_after_goods_in(browser_as):
    pharmacist = browser_as("pharmacist")
    told = pharmacist.get("/stock/goods-in/supplier?supplier=样例饮片有限公司", **FRAGMENT).text
    assert "2020-01-31 到期了" in told
    assert "到期" not in pharmacist.get("/stock/goods-in/supplier?supplier=样例医药公司", **FRAGMENT).text
    done = pharmacist.post("/stock/goods-in", {"supplier": "样例饮片有限公司", **lines("D0001")})
    assert done.status_code == 303 and "许可证 2020-01-31 到期了" in pharmacist.get(done.location).text


def test_a_supplier_is_found_as_any_entry_and_may_be_typed_freely(browser_as):
    pharmacist = browser_as("pharmacist")
    for typed in ("yangliyiyao", "ylyy", "样例医药", "g001", "ＹＬＹＹ", "sample pharma"):
        found = pharmacist.get(f"/dictionaries/suggest/suppliers?field=supplier&supplier={typed}", **FRAGMENT).text
        assert 'data-value="样例医药公司"' in found, typed
    assert pharmacist.post("/stock/goods-in", {"supplier": "路边药摊", **lines("D0001")}).status_code == 303
