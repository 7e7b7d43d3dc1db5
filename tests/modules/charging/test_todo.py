"""What of charging waits for whom (待办): only for those who may act, never for who asked or closed."""

from clinic_app.kernel import clock
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.queries.todo import todo
from clinic_app.modules.charging.services import Count
from tests.modules.charging.test_shifts import left_behind


def told(window, role="manager"):
    return [(one.text, one.detail, one.url) for one in todo(window.clinic.actor(role))]


def ask_relief(window):
    visit = window.visit()
    ask = lambda uow: services.ask_for_visit(uow, visit, "relief", 1000, "低保户")  # noqa: E731
    return window.clinic.run(window.cashier, ask)["approval_id"]


def test_a_request_waits_for_who_approves_until_it_is_decided(window, browser_as):
    assert told(window) == []
    approval_id = ask_relief(window)
    line = ("1 件退费、减免或欠费等你批", "一共 10.00 元", "/charging/approvals")
    assert told(window) == [line]
    assert told(window, "cashier") == [] and told(window, "doctor") == []
    for page in ("/", "/reports"):
        assert line[0] in browser_as("manager").get(page).text
    window.approve(approval_id)
    assert told(window) == []


def test_the_own_request_is_not_told_to_who_made_it(window):
    approval_id = ask_relief(window)
    window.clinic.drop_triggers("approval")
    manager = window.clinic.actor("manager").person_id
    window.clinic.raw("UPDATE approval SET asked_by = ? WHERE id = ?", (manager, bytes.fromhex(approval_id)))
    assert told(window) == []


def test_a_shift_that_nobody_else_closes_waits_for_the_manager(window):
    left_behind(window)
    assert told(window) == [("1 个班没交", "收费员自己不来交了，要你代交", "/charging/shifts")]
    assert told(window, "cashier") == []


def close(window, counted_fen, reason=""):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    window.clinic.run(
        window.cashier,
        lambda uow: services.close_shift(uow, count=Count(counted_fen), why=reason),
    )
    return shift


def test_a_close_with_a_difference_waits_until_its_cash_is_taken(window):
    close(window, 1000)
    assert told(window) == [], "a close without a difference is not told"
    shift = close(window, 900, "找零多给了")
    day = clock.today().isoformat()
    line = ("1 个班的现金和账上不一样，还没收款", "先看原因，再收款", f"/charging/days?on={day}")
    assert told(window) == [line] and told(window, "cashier") == []
    window.clinic.run(
        window.clinic.actor("manager"), lambda uow: services.confirm_hand_in(uow, shift, 900, "")
    )
    assert told(window) == []
