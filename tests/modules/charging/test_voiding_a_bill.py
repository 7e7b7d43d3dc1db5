"""Voiding: own bill, open shift, nothing dispensed; the number and the paper trail stay."""

from dataclasses import replace

import pytest

from clinic_app.kernel import db, jobs, outbox, printing
from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.rights import of_roles
from clinic_app.modules.charging import documents, queries, services
from clinic_app.modules.people import services as people
from clinic_app.modules.stock import queries as stock


def test_a_void_opens_the_lines_releases_the_drugs_and_keeps_the_number(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    before = window.seen(visit)
    paid = window.pay(visit, 2000, (1000, "WX000001"))
    back = window.void(paid, "收错人")
    bill = queries.bill(bytes.fromhex(paid["bill_id"]))
    assert (bill.state, bill.void_reason, bill.receipt_no) == ("voided", "收错人", paid["receipt_no"])
    assert (back["cash_fen"], back["noncash_fen"]) == (1870, 1000)
    assert window.seen(visit) == before
    assert stock.reservations_of(bill.id) == []
    body = outbox.body_of(db.value("SELECT body FROM outbox WHERE event = 'charging.bill_voided'"))
    assert body["reason"] == "收错人"
    again = window.pay(visit)
    assert int(again["receipt_no"][-6:]) == int(paid["receipt_no"][-6:]) + 1


@pytest.mark.rule("M3")
def test_a_void_is_a_reversing_voucher_that_names_the_first(window):
    paid = window.pay(window.visit())
    window.void(paid)
    vouchers = db.rows("SELECT id, kind, corrects_id FROM voucher ORDER BY id")
    assert vouchers == [(1, "bill", None), (2, "void", 1)]
    entries = db.rows("SELECT account, sum(amount_fen), count(*) FROM ledger_entry GROUP BY account")
    assert entries == [("cash", 0, 2), ("income:general_fee", 0, 2)]


def test_a_second_void_is_stale(window):
    paid = window.pay(window.visit())
    window.void(paid)
    with pytest.raises(Stale) as stale:
        window.void(paid)
    assert stale.value.code == "charging.already_voided"


def test_another_cashiers_bill_is_not_voided(window):
    paid = window.pay(window.visit())
    made = window.clinic.run(
        window.clinic.actor("administrator"),
        lambda uow: people.add_person(uow, staff_no="0099", name="秦月", title="收费员", roles=("cashier",)),
    )
    other = replace(window.cashier, person_id=bytes.fromhex(made["person_id"]), rights=of_roles(frozenset({"cashier"})))
    with pytest.raises(Denied) as denied:
        window.void(paid, actor=other)
    assert (denied.value.code, denied.value.facts["who"]) == ("charging.not_your_bill", "赵晓梅")


def test_a_bill_of_a_closed_shift_is_a_refund_later(window):
    paid = window.pay(window.visit())
    window.close()
    with pytest.raises(Refused) as refused:
        window.void(paid)
    assert refused.value.code == "charging.shift_closed"
    window.pay(window.visit("张兰英"))
    with pytest.raises(Refused):
        window.void(paid)


def test_an_unknown_bill_is_missing(window):
    with pytest.raises(Missing):
        window.void({"bill_id": "00" * 16})


@pytest.mark.parametrize("reason", ["", " 错 ", "\u200b\u200b", "错" * 101])
def test_a_void_needs_a_reason_of_2_to_100_characters(window, reason):
    paid = window.pay(window.visit())
    with pytest.raises(Refused) as refused:
        window.void(paid, reason)
    assert (refused.value.code, refused.value.field) == ("charging.reason_length", "reason")


def test_a_later_subject_may_veto_a_void(window):
    paid = window.pay(window.visit())
    seen = []

    def veto(_uow, facts):
        seen.append(facts)
        raise Refused("pharmacy.already_dispensed")

    outbox.guards.setdefault("charging.void_bill", []).append(veto)
    with pytest.raises(Refused) as refused:
        window.void(paid)
    assert refused.value.code == "pharmacy.already_dispensed"
    assert seen == [{"bill_id": bytes.fromhex(paid["bill_id"])}]
    assert queries.bill(bytes.fromhex(paid["bill_id"])).state == "paid"


@pytest.mark.rule("FE-16")
def test_a_reprint_is_the_next_copy_of_the_same_paper(window):
    paid = window.pay(window.visit())
    db_job = db.row("SELECT id, payload FROM job WHERE document = 'charging.receipt'")
    window.clinic.raw("UPDATE job SET state = 'printed' WHERE id = ?", (db_job[0],))
    made = window.clinic.run(
        window.cashier, lambda uow: services.reprint_receipt(uow, bytes.fromhex(paid["bill_id"]))
    )
    assert made["copy_no"] == 2
    copy = db.value("SELECT payload FROM job WHERE copy_no = 2 AND document = 'charging.receipt'")
    first, opens = jobs.model_of(db_job[1]), printing.OPENS_DRAWER
    assert first[opens] and jobs.model_of(copy) == {**first, opens: False}, "a copy moves no cash"


@pytest.mark.rule("FE-16")
def test_68_40_is_paid_while_the_printer_is_off_and_prints_once_and_again_as_bu_da_1(window):
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    bill_id = bytes.fromhex(window.pay(visit, 6840)["bill_id"])
    jobs.finish(jobs.claim(), jobs.NOT_STARTED, "unreachable")
    assert (queries.bill(bill_id).state, queries.bill(bill_id).total_fen) == ("paid", 6840)
    window.clinic.run(window.cashier, lambda uow: jobs.end_pauses(uow.conn, window.cashier.desk_id, uow.at), quiet=True)
    late = jobs.claim()
    jobs.finish(late, jobs.PRINTED)
    assert late.entity == bill_id and late.copy_no == 1 and jobs.claim() is None
    window.clinic.run(window.cashier, lambda uow: services.reprint_receipt(uow, bill_id))
    again = jobs.claim()
    layout = printing.layout(documents.RECEIPT)
    first, second = (printing.render(layout, one.model, copy_no=one.copy_no) for one in (late, again))
    assert "补打" not in str(first) and "补打 1" in str(second) and "补打 2" not in str(second)


def test_a_voided_receipt_is_not_printed_again(window):
    paid = window.pay(window.visit())
    window.void(paid)
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.cashier, lambda uow: services.reprint_receipt(uow, bytes.fromhex(paid["bill_id"])))
    assert refused.value.code == "charging.voided_not_printed"
