"""Paper invoice books: the next number is the one on the paper, none is used twice, a spoilt one keeps its number."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging import queries, services


def issue(window, first=12301, last=12350, cashier=None, prefix="甘A"):
    return window.clinic.run(
        window.clinic.actor("manager"),
        lambda uow: services.issue_book(
            uow, prefix=prefix, first=first, last=last, width=5,
            cashier_id=(cashier or window.cashier).person_id,
        ),
    )  # fmt: skip


def unbalanced():
    return [(one.id, one.violations) for one in invariants.results() if not one.holds]


@pytest.fixture
def book(window):
    window.parameter("charging.paper_invoices", True)
    return bytes.fromhex(issue(window)["book_id"])


def spoil(window, bill):
    return window.clinic.run(
        window.cashier, lambda uow: services.reprint_on_next(uow, bytes.fromhex(bill["bill_id"]), "卡纸")
    )


@pytest.mark.rule("FE-06")
def test_12305_jams_is_void_and_prints_again_on_12306(window, book):
    bills = [window.pay(window.visit(name)) for name in ("刘建国", "张兰英", "吴小宝", "陈桂英", "刘建国")]
    assert [one["invoice_no"] for one in bills] == [f"甘A{number}" for number in range(12301, 12306)]
    done = spoil(window, bills[4])
    assert (done["voided"], done["invoice_no"]) == ("甘A12305", "甘A12306")
    assert queries.invoice_of(bytes.fromhex(bills[4]["bill_id"])) == "甘A12306"
    assert db.value("SELECT void_reason FROM invoice_use WHERE number = 12305") == "卡纸"
    assert window.pay(window.visit("张兰英"))["invoice_no"] == "甘A12307" and unbalanced() == []


@pytest.mark.rule("FE-06")
def test_another_number_on_the_paper_is_refused_and_nothing_is_charged(window, book):
    visit = window.visit()
    with pytest.raises(Refused) as refused:
        window.pay(visit, invoice_seen="甘A12302")
    assert refused.value.code == "charging.invoice_mismatch" and db.value("SELECT count(*) FROM bill") == 0
    window.clinic.run(window.cashier, lambda uow: services.void_next(uow, "撕坏了"))
    assert window.pay(visit, invoice_seen="甘a12302")["invoice_no"] == "甘A12302" and unbalanced() == []


@pytest.mark.rule("FE-07")
def test_after_the_last_number_a_new_book_is_asked_for(window):
    window.parameter("charging.paper_invoices", True)
    visit = window.visit()
    with pytest.raises(Refused) as refused:
        window.pay(visit)
    assert refused.value.code == "charging.no_book"
    issue(window, 12349, 12350)
    window.pay(visit)
    window.pay(window.visit("张兰英"))
    with pytest.raises(Refused) as refused:
        window.pay(window.visit("吴小宝"))
    assert refused.value.code == "charging.book_exhausted" and db.value("SELECT count(*) FROM bill") == 2


@pytest.mark.rule("FE-07")
def test_numbers_of_another_person_are_never_issued_again(window, book):
    second = window.second_cashier()
    for first, last in ((12350, 12399), (12290, 12301), (12310, 12320)):
        with pytest.raises(Refused) as refused:
            issue(window, first, last, second)
        assert refused.value.code == "charging.book_overlaps"
    issue(window, 12351, 12399, second)
    with pytest.raises(Refused) as refused:
        issue(window, 12400, 12450, second)
    assert refused.value.code == "charging.has_book" and unbalanced() == []


@pytest.mark.rule("FE-07")
def test_what_is_left_is_handed_back_and_issued_again_from_there(window, book):
    window.pay(window.visit())
    back = window.clinic.run(window.clinic.actor("manager"), lambda uow: services.hand_back_book(uow, book))
    assert back["left"] == 49
    with pytest.raises(Refused):
        issue(window, 12301, 12350)
    issue(window, 12302, 12350)
    assert window.pay(window.visit("张兰英"))["invoice_no"] == "甘A12302" and unbalanced() == []


def test_the_rest_of_a_book_is_passed_on(window, book):
    window.pay(window.visit())
    first, second = window.cashier, window.second_cashier()
    window.clinic.run(
        window.clinic.actor("manager"), lambda uow: services.transfer_book(uow, book, second.person_id)
    )
    assert queries.book_of(first.person_id) is None
    assert window.pay(window.visit("张兰英"), actor=second)["invoice_no"] == "甘A12302" and unbalanced() == []


def test_a_void_keeps_the_number_and_a_refund_takes_the_next_ones(window, book):
    window.void(window.pay(window.visit()))
    assert db.value("SELECT void_reason FROM invoice_use WHERE number = 12301") == "收错项目"
    visit = window.visit("张兰英")
    window.services(visit, ("雾化", 1240))
    made = window.refund(window.pay(visit), ("雾化", 1))
    numbers = [queries.invoice_of(bytes.fromhex(made[key])) for key in ("red_id", "rest_id")]
    assert numbers == ["甘A12303", "甘A12304"] and unbalanced() == []
    assert queries.invoices_of_shift(queries.open_shift(window.cashier.person_id).id) == [
        ("甘A12301", "甘A12304", 4, 1)
    ]


def test_number_0_of_a_book_is_used_once_too(window):
    window.parameter("charging.paper_invoices", True)
    book = bytes.fromhex(issue(window, 0, 9)["book_id"])
    assert window.pay(window.visit())["invoice_no"] == "甘A00000"
    window.clinic.run(window.clinic.actor("manager"), lambda uow: services.hand_back_book(uow, book))
    with pytest.raises(Refused) as refused:
        issue(window, 0, 9)
    assert refused.value.code == "charging.book_overlaps"


def test_a_book_that_came_back_unused_is_nobodys(window, book):
    window.clinic.run(window.clinic.actor("manager"), lambda uow: services.hand_back_book(uow, book))
    issue(window, 12290, 12360)
    assert unbalanced() == []


@pytest.mark.rule("FE-07")
def test_the_same_number_on_paper_is_not_issued_under_another_prefix(window, book):
    """甘A + 12301 and 甘A1 + 2301 are the same paper."""
    second = window.second_cashier()
    with pytest.raises(Refused) as refused:
        window.clinic.run(
            window.clinic.actor("manager"),
            lambda uow: services.issue_book(
                uow, prefix="甘A1", first=2301, last=2310, width=4, cashier_id=second.person_id
            ),
        )
    assert refused.value.code == "charging.book_overlaps"


@pytest.mark.rule("FE-13")
def test_the_close_counts_the_torn_papers_of_its_shift_too(window, book):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    window.clinic.run(window.cashier, lambda uow: services.void_next(uow, "撕坏了"))
    assert queries.invoices_of_shift(shift) == [("甘A12301", "甘A12302", 2, 1)]


@pytest.mark.rule("FE-13")
def test_a_reprint_in_a_later_shift_stands_in_that_shift(window, book):
    first = window.pay(window.visit())
    before = queries.open_shift(window.cashier.person_id).id
    window.close()
    spoil(window, first)
    now = queries.open_shift(window.cashier.person_id).id
    assert queries.invoices_of_shift(before) == [("甘A12301", "甘A12301", 1, 1)], "the number stands where it was used"
    assert queries.invoices_of_shift(now) == [("甘A12302", "甘A12302", 1, 0)] and unbalanced() == []


def test_a_paper_is_struck_off_only_after_its_number_was_shown(window, book, browser_as):
    cashier = browser_as("cashier")
    shift = cashier.get("/charging/shift").text
    assert 'hx-get="/charging/books/void-next"' in shift and 'action="/charging/books/void-next"' not in shift
    assert "甘A12301 这张纸坏了" in cashier.get("/charging/books/void-next").text
    assert db.value("SELECT count(*) FROM invoice_use") == 0
    assert cashier.post("/charging/books/void-next", {"reason": "撕坏了"}).status_code == 303
    assert db.row("SELECT number, void_reason FROM invoice_use") == (12301, "撕坏了")
    assert browser_as("cashier", 1).get("/charging/books/void-next").status_code == 422
