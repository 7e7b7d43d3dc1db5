"""Steps of the pharmacy: hand out, hand out twice, other batches, goods-in with every kind of expiry, freeze."""

from datetime import timedelta

from hypothesis import strategies as st

from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from clinic_app.modules.stock.services import GoodsLine
from tests.model.cashier_rules import CashierRules
from tests.model.plain_clinic import Batch, Bill, Drug, Sheet
from tests.model.steps import DRUGS, pick, step

EXPIRES_IN = (-1, 0, 0, 1, 1, 2, 300)


class PharmacyRules(CashierRules):
    @step(needs=lambda self: self.plain.sheets(), at=pick)
    def dispense(self, at: int) -> None:
        sheets = self.plain.sheets()
        ready = [one for one in sheets if one.state == "billed" and one.dispensed_by is None]
        self.hand_out(self.some(at, ready, sheets))

    def hand_out(self, sheet: Sheet) -> bool:
        self.label = "dispense"
        bill = self.plain.bill_of(sheet)
        shown = queries.sheet(sheet.id)
        assert shown is not None
        lines = queries.lines_of(shown, self.day)
        result = self.do(
            self.actor("pharmacist"),
            lambda uow: services.dispense(
                uow, sheet.id, [line.id for line in lines], batches_seen=services.batch_mark(lines)
            ),
            self._why_not_out(sheet, bill) or self._why_not_these(sheet, bill),
        )
        if result is not None:
            assert bill is not None
            self.plain.hand_out(bill, sheet)
        return result is not None

    def _why_not_out(self, sheet: Sheet, bill: Bill | None) -> set[str]:
        if self.doubt:
            return self.doubt
        if bill is not None and bill.is_refunded:
            return {"pharmacy.not_paid" if sheet.is_voided else "pharmacy.refunded"}
        if bill is None:
            return {"pharmacy.not_paid"}
        if sheet.dispensed_by is not None:
            return {"pharmacy.dispensed_meanwhile"}
        if self.day > sheet.opened_on + timedelta(days=self.plain.valid_days - 1):
            return {"pharmacy.sheet_expired"}
        return set()

    def _why_not_these(self, sheet: Sheet, bill: Bill | None) -> set[str]:
        assert bill is not None
        if any(self.plain.stops(sheet.visit.person, line) for line in sheet.lines):
            return {"pharmacy.allergy_unanswered"}
        held = [batch for line, batch, _part in bill.held if line in sheet.lines]
        if any(batch.expires_on < self.day for batch in held):
            return {"pharmacy.batch_expired"}
        return {"stock.batch_is_frozen"} if any(batch.is_frozen for batch in held) else set()

    @step(needs=lambda self: self.plain.sheets(), at=pick)
    def take_other_batches(self, at: int) -> None:
        sheets = self.plain.sheets()
        paid = [one for one in sheets if (bill := self.plain.bill_of(one)) and self.plain.lost(bill, one, self.day)]
        self.other_batches(self.some(at, paid, sheets))

    def other_batches(self, sheet: Sheet) -> None:
        self.label = "take_other_batches"
        bill = self.plain.bill_of(sheet)
        reasons = self._why_not_out(sheet, bill)
        if not reasons:
            assert bill is not None
            lost: dict[str, int] = {}
            for line, quantity in self.plain.lost(bill, sheet, self.day).items():
                lost[line.drug.code] = lost.get(line.drug.code, 0) + quantity
            short = [one for one in self.plain.drugs if lost.get(one.code, 0) > self.plain.available(one, self.day)]
            reasons = {"pharmacy.no_other_batch"} if short else set()
        result = self.do(self.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id), reasons)
        if result is not None:
            assert bill is not None
            self.plain.renew(bill, sheet, self.day)

    @step(
        code=st.sampled_from(DRUGS), packs=st.integers(1, 12), expires=st.sampled_from(EXPIRES_IN), again=st.booleans()
    )  # fmt: skip
    def goods_in(self, code: str, packs: int, expires: int, again: bool) -> None:
        drug = next(one for one in self.plain.drugs if one.code == code)
        known = self.plain.of_drug(drug)
        self.receive(drug, packs, expires, known[packs % len(known)] if again and known else None)

    def receive(self, drug: Drug, packs: int, expires: int, old: Batch | None = None) -> None:
        self.label = "goods_in"
        batch_no = f"N{self.commands:06d}"
        expires_on = self.day + timedelta(days=expires)
        if old is not None:
            found = stock.batch(old.id)
            assert found is not None
            batch_no, expires_on = found.batch_no, old.expires_on
        quantity = packs * drug.pack_size
        line = GoodsLine(drug.id, batch_no, expires_on, quantity, 55_000)
        place = stock.pharmacy_place().id
        result = self.do(
            self.actor("pharmacist"),
            lambda uow: stock_services.receive_goods(
                uow, place_id=place, supplier="样例医药公司", document_no="", lines=[line]
            ),
            self.doubt,
        )
        if result is None:
            return
        if old is not None:
            old.on_hand += quantity
            return
        made = next(one for one in stock.batches_of(drug.id) if one.batch_no == batch_no)
        self.plain.batches.append(Batch(made.id, drug, expires_on, quantity))

    @step(at=pick, is_frozen=st.sampled_from((True, False, False)))
    def freeze(self, at: int, is_frozen: bool) -> None:
        held = [one for one in self.plain.batches if one.reserved and not one.is_frozen]
        frozen = [one for one in self.plain.batches if one.is_frozen]
        self.recall(self.some(at, held if is_frozen else frozen, self.plain.batches), is_frozen)

    def recall(self, batch: Batch, is_frozen: bool) -> None:
        self.label = "freeze"
        act = stock_services.freeze_batch if is_frozen else stock_services.unfreeze_batch
        result = self.do(
            self.actor("pharmacist"), lambda uow: act(uow, batch.id, "厂家召回，先不发"),
            {"stock.batch_changed"} if batch.is_frozen == is_frozen else (),
        )  # fmt: skip
        if result is not None:
            batch.is_frozen = is_frozen
