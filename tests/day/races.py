"""Two people at one thing in the same moment: one wins, the other is told why not; who won is noted in the tallies."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.day.case import Case
from tests.day.desk import DONE, Desk, NotAsExpected, Told, field_values, yuan
from tests.day.pc import MINUTE_MS
from tests.faults.form_client import field_of

if TYPE_CHECKING:
    from tests.day.mistakes import Slips


def at_once(*acts: Callable[[], Told]) -> list[Told]:
    """Do all of them from one starting line."""
    line, told = threading.Barrier(len(acts)), dict[int, Told]()

    def run(place: int) -> None:
        line.wait(10)
        told[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told[place] for place in range(len(acts))]


def two_windows(s: "Slips", desk: Desk, case: Case) -> Told:
    """The same bill at two windows: charged once."""
    return _charge_at_once(s, [(desk, case), (s.colleague(_other(desk)), case)])


def last_box(s: "Slips", _desk: Desk, case: Case) -> Told:
    """Two patients have the last boxes of a drug on their sheets: who pays first gets them."""
    registrar, doctor, pairs = s.colleague("registrar"), s.colleague("doctor0"), []
    for number, cashier in ((901, "cashier0"), (955, "cashier1")):
        name = f"末{chr(0x4E00 + number)}"
        one = Case(number, name, room=case.room, drugs=("D0016",))
        s.work.register(registrar, one)
        s.work.consult(doctor, one)
        pairs.append((s.colleague(cashier), one))
    return _charge_at_once(s, pairs)


def refund_or_dispense(s: "Slips", desk: Desk, case: Case) -> Told:
    """A drug is refunded at the window while the pharmacist hands it out."""
    pharmacist = s.colleague("pharmacist")
    sheet, bill = s.pharmacy.sheets(pharmacist, case)[0], s.till.bill(desk, case)
    fields, units = s.pharmacy.handing(pharmacist, sheet)
    form = s.till.refund_form(desk, bill)
    back, out = at_once(
        lambda: desk.send(f"/charging/bills/{bill}/refund", form),
        lambda: pharmacist.send(f"/pharmacy/sheets/{sheet}/dispense", fields),
    )
    if (back.status == 303) == (out.status == 303):
        raise NotAsExpected(f"refund {back.status} {back.words[:200]}, dispensing {out.status} {out.words[:200]}")
    if back.status == 303:
        s.till.gave(desk, back.words)
        s.pharmacy.dispense(pharmacist, case)  # what is left of the sheet
        return out
    s.work.notes.goods(units, -1)
    return back


def close_or_charge(s: "Slips", desk: Desk, case: Case) -> Told | None:
    """A bill is voided and charged again while the same cashier closes the shift in another window."""
    s.till.void(desk, case)
    again = s.colleague(desk.role)
    fields, due = s.till.form(desk, case)
    where, shown = s.till.closing(again)
    cash, noncash = s.work.notes.drawer[desk.role], s.work.notes.noncash[desk.role]
    charged, closed = at_once(
        lambda: desk.send(f"/charging/visits/{case.visit_id}/charge", [*fields, ("cash", yuan(due))]),
        lambda: again.send(where, [("shown", shown), ("counted", yuan(cash))]),
    )
    if closed.status == 303:
        s.till.closed(desk, cash, noncash)
    if charged.status != 303:
        raise NotAsExpected(f"the charge lost against the close: {charged.status} {charged.words[:200]}")
    s.till.paid(desk, case, charged.words, due, 0, due)
    return None if closed.status == 303 else closed


def price_under_bill(s: "Slips", desk: Desk, case: Case) -> Told:
    """The cashier has the bill on the screen, a second person approves another price, the cashier presses."""
    fields, due = s.till.form(desk, case)
    s.office.propose_price(s.colleague("manager"), s.rooms.pc.today())
    other = s.colleague("administrator")
    other.do(f"/dictionaries/prices/{s.office.price_to_approve(other)}/approve")
    told = desk.send(f"/charging/visits/{case.visit_id}/charge", [*fields, ("cash", yuan(due))])
    if s.till.form(desk, case)[1] <= due:
        raise NotAsExpected("the bill was not worked out anew")
    return told


def note_in_two_windows(s: "Slips", desk: Desk, case: Case) -> Told:
    """The doctor wrote in two windows: the later one keeps its text and is shown the other's."""
    page = f"/doctor/visits/{case.visit_id}"
    shown, again = desk.page(page), s.colleague(case.doctor)
    drawn = [(name, value) for name in ("note_rev", "note_drawn") for value in field_values(shown, name)]
    texts = ("左边窗口写的主诉", "右边窗口写的主诉")

    def write(who: Desk, text: str) -> Callable[[], Told]:
        return lambda: who.send(f"{page}/note", [*drawn, ("chief_complaint", text)], once="", fragment=True)

    told = at_once(write(desk, texts[0]), write(again, texts[1]))
    lost = _loser(told)  # what it wrote itself still stands in its box
    if texts[1 - lost] not in told[lost].answer.text:
        raise NotAsExpected(f"the other's text is not shown: {told[lost].words[:300]}")
    return told[lost]


def record_at_two_desks(s: "Slips", desk: Desk, case: Case) -> Told:
    """Registrar and nurse change one person's address: who comes second sees both."""
    nurse, texts = s.colleague("nurse"), ("青溪镇新街 1 号", "柳树村 2 组 8 号")
    path = desk.leads_to(f"/patients/?q={quote(case.name)}")
    page = desk.page(path)
    form = {name: field_of(page, name) for name in ("rev", "name", "born_on")} | {"sex": "1"}

    def change(who: Desk, text: str) -> Callable[[], Told]:
        return lambda: who.send(f"{path}/change", (form | {"address": text}).items())

    told = at_once(change(desk, texts[0]), change(nurse, texts[1]))
    lost = _loser(told)
    if not all(text in told[lost].answer.text for text in texts):
        raise NotAsExpected(f"not both texts: {told[lost].words[:300]}")
    return told[lost]


def _loser(told: list[Told]) -> int:
    """The one of two who was told 409 while the other's form was taken."""
    lost = [place for place, one in enumerate(told) if one.status == 409]
    if len(lost) != 1 or told[1 - lost[0]].status not in DONE:
        raise NotAsExpected(f"{[(one.status, one.words[:200]) for one in told]}")
    return lost[0]


def clock_over_midnight(s: "Slips", case: Case) -> list[tuple[str, Told]]:
    """The PC's clock is set back to yesterday: nobody registers until the manager has said what time it is.

    Afterwards the case goes on with its registration. What was refused, by name.
    """
    pc, registrar, manager = s.rooms.pc, s.colleague("registrar"), s.colleague("manager")
    true = pc.now()
    pc.set_wrong(-(true.hour * 60 + true.minute + 10) * MINUTE_MS)  # ten to midnight
    refused = [("registered on yesterday's date", s.register(registrar, case))]
    early = f"{pc.now():%Y-%m-%d %H:%M}"
    refused.append(("yesterday called today", manager.send("/clock", [("moment", early), ("again", "")])))
    manager.do("/clock", [("moment", f"{true:%Y-%m-%d %H:%M}"), ("again", "")])
    return refused


def _other(desk: Desk) -> str:
    return "cashier1" if desk.role == "cashier0" else "cashier0"


def _charge_at_once(s: "Slips", pairs: list[tuple[Desk, Case]]) -> Told:
    """Both press; exactly one is charged, the answer of the other is returned."""
    forms = [s.till.form(desk, case) for desk, case in pairs]

    def press(place: int) -> Callable[[], Told]:
        (desk, case), (fields, due) = pairs[place], forms[place]
        return lambda: desk.send(f"/charging/visits/{case.visit_id}/charge", [*fields, ("cash", yuan(due))])

    told = at_once(*(press(place) for place in range(len(pairs))))
    winners = [place for place, one in enumerate(told) if one.status == 303]
    if len(winners) != 1:
        raise NotAsExpected(f"{len(winners)} windows took the money: {[(one.status, one.words[:200]) for one in told]}")
    (desk, case), (_, due) = pairs[winners[0]], forms[winners[0]]
    s.till.paid(desk, case, told[winners[0]].words, due, 0, due)
    return told[1 - winners[0]]
