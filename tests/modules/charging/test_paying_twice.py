"""Double click, replay, another body, two tabs, twenty cashiers at once: one effect, and a sentence for the others."""

import threading
from dataclasses import replace

import pytest

from clinic_app.kernel import db, i18n, invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.rights import of_roles
from clinic_app.kernel.unit_of_work import Once, perform
from clinic_app.modules.charging import services
from clinic_app.modules.people import services as people

BODY = b"\x01" * 32


def charge(visit, seen):
    tenders = [services.Tender("cash", seen["total_seen_fen"])]
    return lambda uow: services.charge_visit(uow, visit, tenders=tenders, **seen)


def counts():
    return db.row("SELECT (SELECT count(*) FROM bill), (SELECT count(*) FROM voucher), (SELECT count(*) FROM payment)")


@pytest.fixture
def cashiers(window):
    """Twenty more cashiers."""
    rights = of_roles(frozenset({"cashier"}))

    def one(number):
        made = window.clinic.run(
            window.clinic.actor("administrator"),
            lambda uow: people.add_person(
                uow, staff_no=f"90{number:02d}", name=f"秦月{'一二三四五六七八九十'[number % 10]}", title="收费员",
                roles=("cashier",),
            ),
        )
        return replace(window.cashier, person_id=bytes.fromhex(made["person_id"]), rights=rights)

    return [one(number) for number in range(20)]


@pytest.mark.rule("M6")
def test_the_same_form_sent_again_gives_the_first_result(window):
    visit = window.visit()
    once, seen = Once("k" * 20, BODY), window.seen(visit)
    first = perform(window.cashier, once, charge(visit, seen))
    again = perform(window.cashier, once, charge(visit, seen))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.result == first.result and counts() == (1, 1, 1)


@pytest.mark.rule("M6")
def test_the_same_key_with_another_body_is_refused(window):
    visit = window.visit()
    seen = window.seen(visit)
    perform(window.cashier, Once("k" * 20, BODY), charge(visit, seen))
    with pytest.raises(Refused) as refused:
        perform(window.cashier, Once("k" * 20, b"\x02" * 32), charge(visit, seen))
    assert refused.value.code == "once.other_body" and counts() == (1, 1, 1)


@pytest.mark.rule("M6")
def test_refuses_a_second_charge_with_another_key(window):
    visit = window.visit()
    seen = window.seen(visit)
    first = perform(window.cashier, Once("k" * 20, BODY), charge(visit, seen))
    with pytest.raises(Stale) as stale:
        perform(window.cashier, Once("l" * 20, BODY), charge(visit, seen))
    assert stale.value.code == "charging.already_charged"
    assert stale.value.facts["who"] == "赵晓梅" and stale.value.facts["receipt_no"] == first.result["receipt_no"]
    assert stale.value.next_url == f"/charging/bills/{first.result['bill_id']}"
    assert "这张单刚被 赵晓梅 收过了" in i18n.refusal(stale.value)
    assert counts() == (1, 1, 1)


def test_two_tabs_hold_two_patients_and_do_not_cross(window):
    one, other = window.visit("刘建国"), window.visit("张兰英")
    seen_one, seen_other = window.seen(one), window.seen(other)
    window.pay(other, **seen_other)
    window.pay(one, **seen_one)
    owners = db.rows("SELECT b.visit_id, c.visit_id FROM bill b JOIN charge_line c ON c.bill_id = b.id")
    assert len(owners) == 2 and all(bill == line for bill, line in owners)


@pytest.mark.rule("M6")
def test_of_twenty_cashiers_at_once_one_charges_and_nineteen_read_a_sentence(window, cashiers):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24), ("D0005", 2))
    seen, told, ready = window.seen(visit), [], threading.Barrier(20)

    def at_the_window(number, actor):
        ready.wait()
        try:
            key = Once(f"key-of-cashier-{number:04d}", BODY)
            told.append(perform(actor, key, charge(visit, seen)).result["receipt_no"])
        except Stale as err:
            told.append(i18n.refusal(err, "zh-CN"))

    threads = [threading.Thread(target=at_the_window, args=pair) for pair in enumerate(cashiers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [text for text in told if text.startswith("XQX01R")]
    assert len(receipts) == 1
    assert sum("收过了" in text for text in told) == 19
    assert counts() == (1, 1, 1)
    assert db.value("SELECT sum(quantity) FROM reservation WHERE state = 'live'") == 26
    assert [one.id for one in invariants.results() if not one.holds] == []


def test_negative_control_without_the_conditional_update_the_second_charge_is_seen(window):
    """The test above would notice: a line paid twice behind the service's back breaks an invariant by name."""
    visit = window.visit()
    seen = window.seen(visit)
    window.pay(visit, **seen)
    window.clinic.drop_triggers("charge_line")
    window.clinic.raw("UPDATE charge_line SET state = 'open', bill_id = NULL")
    window.pay(visit, **seen)
    assert counts()[0] == 2
    assert "M6-bill" in [one.id for one in invariants.results() if not one.holds]
