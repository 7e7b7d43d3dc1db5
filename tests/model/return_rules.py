"""Steps of what comes back and what is scrapped: inspected returns, damage documents that a second person approves."""

from hypothesis import strategies as st

from clinic_app.modules.pharmacy import services
from clinic_app.modules.pharmacy.services import Brought
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from clinic_app.modules.stock.services.moves import DAMAGED
from tests.model.pharmacy_rules import PharmacyRules
from tests.model.plain_records import Batch, Line, Sheet
from tests.model.steps import pick, step

CONDITIONS = ("sealed", "sealed", "opened", "damaged")
PARTS = ("all", "all", "half", "half", "too much", "nothing")


class ReturnRules(PharmacyRules):
    @step(
        needs=lambda self: any(one.last_out for one in self.plain.sheets()), at=pick, part=st.sampled_from(PARTS),
        condition=st.sampled_from(CONDITIONS), is_accepted=st.sampled_from((True, True, True, False)),
    )  # fmt: skip
    def bring_back(self, at: int, part: str, condition: str, is_accepted: bool) -> None:
        sheets = [one for one in self.plain.sheets() if one.last_out]
        self.take_in(self.some(at, [one for one in sheets if _out(one)], sheets), part, condition, is_accepted)

    def take_in(self, sheet: Sheet, part: str, condition: str, is_accepted: bool) -> bool:
        """A pharmacist inspects what a patient brings back; what is fine goes to the shelf again (PH-11)."""
        self.label = "bring_back"
        out = _out(sheet) if part != "nothing" else {}
        units = {
            key: {"half": max(held // 2, 1), "too much": held + 1}.get(part, held) for key, held in out.items()
        }  # fmt: skip
        brought = [Brought(line.id, batch.id, part, condition, is_accepted) for (line, batch), part in units.items()]
        reasons = set(self.doubt)
        if not brought:
            reasons.add("pharmacy.nothing_brought")
        elif part == "too much":
            reasons.add("pharmacy.brought_too_much")
        result = self.do(
            self.actor("pharmacist"), lambda uow: services.return_drugs(uow, sheet.id, "不吃了", brought), reasons
        )
        if result is None:
            return False
        assert result["accepted"] == (len(brought) if is_accepted else 0)
        for (line, batch), quantity in units.items() if is_accepted else ():
            line.came_back[batch] += quantity
            if condition == "sealed" and batch.is_usable(self.day):
                batch.on_hand += quantity
            else:
                self.plain.damaged[batch] += quantity
        return is_accepted

    @step(
        needs=lambda self: self.plain.batches, at=pick, is_own=st.sampled_from((False, False, False, True)),
        is_shelf=st.booleans(), is_all=st.booleans(),
    )  # fmt: skip
    def scrap(self, at: int, is_own: bool, is_shelf: bool, is_all: bool) -> None:
        """One person asks for it, another approves; what is held for a patient stays (PH-01, PH-02)."""
        damaged = [one for one in self.plain.batches if self.plain.damaged[one]]
        is_shelf = is_shelf or not damaged
        batch = self.some(at, [one for one in self.plain.batches if one.on_hand > one.reserved], self.plain.batches)
        batch = batch if is_shelf else damaged[at % len(damaged)]
        free = batch.on_hand - batch.reserved if is_shelf else self.plain.damaged[batch]
        quantity = free if is_all else free // 2
        place = stock.pharmacy_place().id if is_shelf else DAMAGED
        asked = self.do(
            self.actor("pharmacist"),
            lambda uow: stock_services.submit_damage(uow, "摔碎了", [(batch.id, place, quantity)]),
            self.doubt or ({"stock.damage_too_much"} if not quantity else ()),
        )  # fmt: skip
        if asked is None:
            return
        done = self.do(
            self.actor("pharmacist" if is_own else "manager"),
            lambda uow: stock_services.approve_damage(uow, bytes.fromhex(asked["damage_id"])),
            {"stock.damage_own"} if is_own else (),
        )  # fmt: skip
        if done is None:
            return
        if is_shelf:
            batch.on_hand -= quantity
        else:
            self.plain.damaged[batch] -= quantity


def _out(sheet: Sheet) -> dict[tuple[Line, Batch], int]:
    """What of a sheet is with the patient, by line and batch."""
    return {
        (line, batch): held for line in sheet.lines for batch, given in line.given.items()
        if (held := given - line.came_back[batch])
    }  # fmt: skip
