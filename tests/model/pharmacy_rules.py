"""Steps of the pharmacy: hand out, hand out twice, other batches, goods-in with every kind of expiry, freeze."""

from datetime import timedelta

from hypothesis import strategies as st

from clinic_app.kernel import maintenance
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from clinic_app.modules.stock.services import GoodsLine
from tests.model.plain_records import Batch, Bill, Drug, Line, Sheet
from tests.model.shift_rules import ShiftRules
from tests.model.steps import DRUGS, pick, step

EXPIRES_IN = (-1, 0, 0, 1, 1, 2, 300)
HOW_MUCH = ("all", "all", "all", "ready", "half", "half", "no reason")
OWED_DAYS = 7
RESERVED_HOURS = 24


class PharmacyRules(ShiftRules):
    @step(needs=lambda self: self.plain.sheets(), at=pick, how=st.sampled_from(HOW_MUCH))
    def dispense(self, at: int, how: str) -> None:
        sheets = self.plain.sheets()
        self.hand_out(self.some(at, [one for one in sheets if one.is_to_go], sheets), how)

    def hand_out(self, sheet: Sheet, how: str) -> bool:
        """All that is left, or what lies ready, or part of it; the rest is owed (PH-10)."""
        self.label = "dispense"
        bill = self.plain.bill_of(sheet)
        shown = queries.sheet(sheet.id)
        assert shown is not None
        lines = queries.lines_of(shown, self.day)
        given = self._how_much(sheet, bill, how)
        why = "" if how == "no reason" else "fetch_later"
        result = self.do(
            self.actor("pharmacist"),
            lambda uow: services.dispense(
                uow, sheet.id, [line.id for line in lines], batches_seen=services.batch_mark(lines),
                quantities=None if how == "all" else {line.id.hex(): units for line, units in given.items()},
                short_reason=why,
            ),
            self._why_not_out(sheet, bill) or self._why_not_these(sheet, bill, given, why),
        )  # fmt: skip
        if result is None:
            return False
        assert bill is not None
        self.plain.hand_out(bill, sheet, given, self.day, self.time.now_ms)
        assert result["left"] == sheet.left, "what is owed"
        if sheet.left:
            self.tally["owed"] += 1
        return True

    def _how_much(self, sheet: Sheet, bill: Bill | None, how: str) -> dict[Line, int]:
        def units(line: Line) -> int:
            ready = sum(one.quantity for one in bill.held_for(line)) if bill else 0
            return {"all": line.left, "ready": min(ready, line.left)}.get(how, min(ready, line.left) // 2)

        return {line: units(line) for line in sheet.lines}

    def _why_not_out(self, sheet: Sheet, bill: Bill | None) -> set[str]:
        if self.doubt:
            return self.doubt
        if bill is not None and sheet.last_out and not sheet.left:
            return {"pharmacy.dispensed_meanwhile"}
        if bill is None or sheet.is_voided:
            return {"pharmacy.not_paid"}
        if not sheet.left:
            return {"pharmacy.refunded"}
        if sheet.last_out:
            return {"pharmacy.owed_too_long"} if self.day >= sheet.last_out + timedelta(days=OWED_DAYS) else set()
        if self.day > sheet.last_day(self.plain.valid_days):
            return {"pharmacy.sheet_expired"}
        return set()

    def _why_not_these(self, sheet: Sheet, bill: Bill | None, given: dict[Line, int], why: str) -> set[str]:
        assert bill is not None
        wanted = {line: units for line, units in given.items() if units}
        if not wanted:
            return {"pharmacy.nothing_given"}
        if sum(wanted.values()) < sheet.left and not why:
            return {"pharmacy.short_reason"}
        if any(self.plain.stops(sheet.visit.person, line) for line in sheet.lines):
            return {"pharmacy.allergy_unanswered"}
        reasons = set()
        for line, units in wanted.items():
            held = bill.held_for(line)
            if any(one.batch.expires_on < self.day for one in held):
                reasons.add("pharmacy.batch_expired")
            if sum(one.quantity for one in held) < units:
                reasons.add("pharmacy.not_reserved")
        return reasons or self._why_not_frozen(bill, wanted)

    def _why_not_frozen(self, bill: Bill, wanted: dict[Line, int]) -> set[str]:
        for line, units in wanted.items():
            for one in sorted(bill.held_for(line), key=lambda held: held.batch.expires_on):
                if units > 0 and one.batch.is_frozen:
                    return {"stock.batch_is_frozen"}
                units -= one.quantity
        return set()

    @step(needs=lambda self: self.plain.sheets(), at=pick)
    def take_other_batches(self, at: int) -> None:
        sheets = self.plain.sheets()
        paid = [one for one in sheets if (bill := self.plain.bill_of(one)) and self.plain.lost(bill, one, self.day)]
        self.other_batches(self.some(at, paid, sheets))

    def other_batches(self, sheet: Sheet) -> None:
        self.label = "take_other_batches"
        bill = self.plain.bill_of(sheet)
        reasons = self._why_not_out(sheet, bill)
        if not reasons and not self.plain.can_hold_something(bill, sheet, self.day):
            reasons = {"pharmacy.no_other_batch"}
        result = self.do(self.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id), reasons)
        if result is not None:
            assert bill is not None
            self.plain.renew(bill, sheet, self.day, self.time.now_ms)

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

    @step(needs=lambda self: not self.is_doubted and self.time.now_ms >= self.struck + 3_600_000)
    def the_hour_strikes(self) -> None:
        self.do_hourly()

    def do_hourly(self) -> None:
        """What the clinic does by itself: reservations lapse, prices that took effect revalue the stock (PH-08)."""
        self.struck = self.time.now_ms
        for _name, act in maintenance.hourly:
            with unit_of_work(SYSTEM) as uow:
                act(uow)
        self.label = "the_hour_strikes"
        self.tally["lapse"] += self.plain.lapse(self.time.now_ms - RESERVED_HOURS * 3_600_000)
        self.tally[self.label] += 1
