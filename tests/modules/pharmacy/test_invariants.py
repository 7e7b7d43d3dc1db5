"""Each statement about what was handed out holds after a real visit, and names what breaks it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.modules.pharmacy.invariants import INVARIANTS
from tests.conftest import Clinic
from tests.visit import arrive, consult, dispense, pay, void


@pytest.fixture
def dispense_id(clinic: Clinic) -> bytes:
    """A sheet of two drugs handed out; its tables lie open for damage."""
    arrived = arrive(clinic)
    sheet = consult(clinic, arrived["visit_id"], ("D0001", "D0016"))[0]
    pay(clinic, arrived["visit_id"])
    made = dispense(clinic, sheet)
    assert broken() == {}
    for table in ("dispense", "dispense_line", "stock_move", "charge_line", "batch", "bill_void", "bill"):
        clinic.drop_triggers(table)
    return made


def broken() -> dict[str, list[tuple[str, str]]]:
    mine = {one.id for one in INVARIANTS}
    return {one.id: one.violations for one in invariants.results() if one.id in mine and not one.holds}


def test_more_than_ordered_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.raw("UPDATE dispense_line SET quantity = quantity + 1 WHERE line_no = 1")
    line_id = db.value("SELECT line_id FROM dispense_line WHERE line_no = 1")
    found = broken()
    assert found["S2"][0][0] == f"line {line_id.hex()}"
    assert "S2-whole" in found and "S2-moves" in found, "the stock and the bill tell it too"


def test_a_line_of_a_voided_sheet_counts_as_not_ordered(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.drop_triggers("prescription")
    clinic.raw(
        "UPDATE prescription SET state = 'voided', voided_at = 1, void_reason = 'x',"
        " voided_by = (SELECT id FROM person LIMIT 1)"
    )
    assert len(broken()["S2"]) == 2


def test_less_than_paid_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.raw("DELETE FROM dispense_line WHERE line_no = 2")
    found = broken()
    assert "dispensed 0, and the last part says not why" in found["S2-whole"][0][1]
    assert "S2" not in found


def test_a_dispense_of_a_voided_bill_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.raw("UPDATE charge_line SET state = 'open', bill_id = NULL")
    assert broken()["S2-paid"][0] == (f"dispense {dispense_id.hex()}", "its bill is voided or paid for another sheet")


def test_a_dispense_of_another_visit_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    other = arrive(clinic)["visit_id"]
    clinic.raw("UPDATE dispense SET visit_id = ?", (other,))
    assert broken()["S2-paid"][0][1] == "belongs to another visit than its sheet or bill"


@pytest.mark.rule("PH-04")
def test_an_expired_batch_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.raw("UPDATE batch SET expires_on = '2001-01-01' WHERE id = (SELECT batch_id FROM dispense_line LIMIT 1)")
    assert broken()["S2-expiry"][0][0] == f"dispense {dispense_id.hex()} line 1"


def _delete_move(clinic: Clinic) -> None:
    clinic.raw("DELETE FROM stock_move WHERE id = (SELECT max(id) FROM stock_move WHERE kind = 'dispense')")


def _delete_lines(clinic: Clinic) -> None:
    clinic.raw("DELETE FROM dispense_line")


def _other_drug(clinic: Clinic) -> None:
    clinic.raw("UPDATE dispense_line SET drug_id = (SELECT id FROM drug WHERE code = 'D0030') WHERE line_no = 1")


@pytest.mark.parametrize("damage", [_delete_move, _delete_lines, _other_drug])
def test_moves_and_lines_that_differ_are_named(
    damage: Callable[[Clinic], None], clinic: Clinic, dispense_id: bytes
) -> None:
    damage(clinic)
    assert any(dispense_id.hex() in what for what, _why in broken()["S2-moves"])


@pytest.mark.rule("O3")
def test_an_allergy_without_a_reason_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    clinic.raw('UPDATE dispense SET allergies = \'[{"code":"beta_lactams","kind":"group","text":"x"}]\'')
    assert broken()["O3"] == [(f"dispense {dispense_id.hex()} line 1", "allergy group beta_lactams has no reason")]
    clinic.raw('UPDATE dispense SET allergies = \'[{"code":"D0001","kind":"drug","text":"x"}]\'')
    assert "allergy drug D0001" in broken()["O3"][0][1]
    for shared in ('"groups":["beta_lactams"]', '"substances":["amoxicillin"]'):
        clinic.raw('UPDATE dispense SET allergies = \'[{"code":"D9","kind":"drug","text":"x",' + shared + "}]'")
        assert "allergy drug D9" in broken()["O3"][0][1]


def test_a_dispense_signed_by_nobody_is_named(clinic: Clinic, dispense_id: bytes) -> None:
    db.connection().pragma("foreign_keys", 0)
    clinic.raw("UPDATE dispense SET prepared_by = ?", (bytes(16),))
    assert broken()["O3-signed"][0][0] == f"dispense {dispense_id.hex()}"


def test_what_was_handed_out_cannot_be_changed_or_removed(clinic: Clinic) -> None:
    arrived = arrive(clinic)
    sheet = consult(clinic, arrived["visit_id"], ("D0016",))[0]
    pay(clinic, arrived["visit_id"])
    dispense(clinic, sheet)
    for damage in (
        "UPDATE dispense SET dispensed_at = 1", "DELETE FROM dispense", "UPDATE dispense_line SET quantity = 99",
        "DELETE FROM dispense_line",
    ):  # fmt: skip
        with pytest.raises(Exception, match="never"):
            clinic.raw(damage)


def test_every_statement_has_its_own_test() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*invariants.py"))
    assert [one.id for one in INVARIANTS if f'["{one.id}"]' not in text] == []


def test_a_paid_sheet_that_nobody_will_call_is_named(clinic: Clinic) -> None:
    arrived = arrive(clinic)
    sheet = consult(clinic, arrived["visit_id"], ("D0001",))[0]
    bill = pay(clinic, arrived["visit_id"])
    assert broken() == {} and db.value("SELECT count(*) FROM paid_sheet") == 1
    clinic.raw("DELETE FROM paid_sheet")
    assert broken()["S2-queue"] == [(f"sheet {sheet.hex()}", "paid, nothing handed out, not in the queue")]
    clinic.raw(
        "INSERT INTO paid_sheet SELECT paid_on, id, ? FROM bill WHERE id = ?", (sheet, bill["bill_id"])
    )
    assert broken() == {}
    clinic.raw(
        "INSERT INTO bill_void SELECT id, 'xx', paid_at, cashier_id, (SELECT max(id) FROM voucher) FROM bill"
        " WHERE id = ?", (bill["bill_id"],)
    )  # fmt: skip
    assert broken()["S2-queue"] == [(f"sheet {sheet.hex()}", "in the queue under a bill that counts no more")]


def test_the_queue_keeps_no_sheet_that_was_given_or_voided(clinic: Clinic, dispense_id: bytes) -> None:
    assert db.value("SELECT count(*) FROM paid_sheet") == 0, "given"
    arrived = arrive(clinic)
    consult(clinic, arrived["visit_id"], ("D0001",))
    bill = pay(clinic, arrived["visit_id"])
    assert db.value("SELECT count(*) FROM paid_sheet") == 1
    void(clinic, bill["bill_id"])
    assert db.value("SELECT count(*) FROM paid_sheet") == 0 and broken() == {}
