"""What people get wrong on the scripted day: every one is answered with a sentence, none has a second effect."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.day import races
from tests.day.case import Case, Notes
from tests.day.desk import Desk, Told
from tests.day.till import Till
from tests.day.work import Work

NOWHERE = "0" * 32
HOSTILE = "<img src=x onerror=alert(1)>\x00' OR 1=1 --"


@dataclass(frozen=True)
class Mistake:
    """`role` makes it right after the step named `after` of the patient with this story; an act that returns None is a
    race in which both were done rightly, one after the other."""

    name: str
    role: str
    after: str
    which: int
    act: Callable[["Slips", Desk, Case], Told | None]
    is_replay: bool = False


class Slips:
    """What the mistakes need; a colleague is signed in at a desk of another part."""

    def __init__(self, work: Work, till: Till, port: int) -> None:
        self.work, self.till, self.port = work, till, port

    def colleague(self, role: str) -> Desk:
        return Desk(self.port, role)

    def register(self, desk: Desk, case: Case, **other: str) -> Told:
        fields = self.work.new_person(case) | {"name": f"{case.name}误"} | other
        return desk.send("/registration/", fields.items(), fragment=True)

    def line(self, desk: Desk, case: Case, code: str = "D0016", **other: str) -> Told:
        fields = self.work.line(desk, case, code, **other)
        return desk.send(f"/doctor/visits/{case.visit_id}/lines", fields, once="", fragment=True)

    def charge(self, desk: Desk, case: Case, drop: tuple[str, ...] = (), **other: str) -> Told:
        fields, due = self.till.form(desk, case)
        typed = {"cash": f"{due // 100}.{due % 100:02d}"} | other
        kept = [pair for pair in fields if pair[0] not in (*typed, *drop)]
        return desk.send(f"/charging/visits/{case.visit_id}/charge", [*kept, *typed.items()])

    def again(self, desk: Desk, case: Case, once: str | None) -> Told:
        return desk.send(f"/charging/visits/{case.visit_id}/charge", case.kept["form"], once=once)

    def refund(self, desk: Desk, case: Case, **other: str) -> Told:
        bill = self.till.bill(desk, case)
        fields = [(name, other.get(name[0], value)) for name, value in self.till.refund_form(desk, bill)]
        return desk.send(f"/charging/bills/{bill}/refund", fields)

    def hand_out(self, desk: Desk, case: Case, drop: tuple[str, ...] = (), **other: str) -> Told:
        sheet = self.work.sheets(desk, case)[0]
        fields, _units = self.work.handing(desk, sheet)
        kept = [(name, other.get(name, value)) for name, value in fields if name not in drop]
        return desk.send(f"/pharmacy/sheets/{sheet}/dispense", kept)


def _payer_of_nobody(_s: Slips, desk: Desk, _case: Case) -> Told:
    return desk.send("/registration/payer", [("visit", NOWHERE), ("payer", "resident")], fragment=True)


def _cancel_again(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send("/registration/cancel", [("visit", case.visit_id), ("reason", "病人不等了")], fragment=True)


def _same_key(s: Slips, desk: Desk, case: Case) -> Told:
    fields = s.work.new_person(case).items()
    return desk.send("/registration/", fields, once=f"day-register-{case.number:05d}", fragment=True)


def _same_key_other_body(s: Slips, desk: Desk, case: Case) -> Told:
    fields = s.work.new_person(case) | {"name": "别人"}
    return desk.send("/registration/", fields.items(), once=f"day-register-{case.number:05d}", fragment=True)


def _stale_note(_s: Slips, desk: Desk, case: Case) -> Told:
    fields = [("note_rev", "1"), ("chief_complaint", "另一个窗口写的")]
    return desk.send(f"/doctor/visits/{case.visit_id}/note", fields, once="", fragment=True)


def _sign_again(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/doctor/visits/{case.visit_id}/submit", case.kept["signing"])


def _sign_unseen(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/doctor/visits/{case.visit_id}/submit", [("note_rev", "1"), ("sheet_rev", "0"), ("dx_seen", "")])


def _post(path: str, *fields: tuple[str, str]) -> Callable[[Slips, Desk, Case], Told | None]:
    """A form of this address, `{visit}` standing for the patient's."""
    return lambda _s, desk, case: desk.send(path.format(visit=case.visit_id), fields)


def _void(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(desk, case)
    return desk.send(f"/charging/bills/{bill}/void", [("other", "收错了"), ("reason", "")])


def _too_much_back(s: Slips, desk: Desk, case: Case) -> Told:
    return s.refund(desk, case, q="999999")


def _stale_close(s: Slips, desk: Desk, case: Case) -> Told:
    where, _shown = s.till.closing(desk)
    return desk.send(where, [("shown", "as-it-was-before"), ("counted", "0.00")])


def _not_counted(s: Slips, desk: Desk, case: Case) -> Told:
    where, shown = s.till.closing(desk)
    return desk.send(where, [("shown", shown), ("counted", "-5.00")])


def _return_more_than_given(s: Slips, desk: Desk, case: Case) -> Told:
    path = f"/pharmacy/sheets/{case.kept['sheet']}/return"
    page = desk.page(path)
    name = page[page.index('name="back-') + 6 :].split('"')[0]
    key = name.removeprefix("back-")
    fields = [("reason", "不要了"), (name, "9999"), (f"condition-{key}", "sealed"), (f"accept-{key}", "yes")]
    return desk.send(path, fields)


def mistakes() -> list[Mistake]:
    r, d, c, p = "registrar", "doctor", "cashier", "pharmacist"
    return [
        Mistake("no name", r, "register", 17, lambda s, k, x: s.register(k, x, name="")),
        Mistake("hostile name", r, "register", 17, lambda s, k, x: s.register(k, x, name=HOSTILE)),
        Mistake("born tomorrow", r, "register", 17, lambda s, k, x: s.register(k, x, born_on="2099-01-01")),
        Mistake("a kind that is none", r, "register", 17, lambda s, k, x: s.register(k, x, kind="admin")),
        Mistake("a room that is none", r, "register", 18, lambda s, k, x: s.register(k, x, room=NOWHERE)),
        Mistake("sent twice", r, "register", 18, _same_key, is_replay=True),
        Mistake("same key, other person", r, "register", 18, _same_key_other_body),
        Mistake("payer of nobody", r, "register", 18, _payer_of_nobody),
        Mistake("cancelled twice", r, "cancel", 9, _cancel_again),
        Mistake("cancelled while the doctor writes", r, "begin", 19, _cancel_again),
        Mistake("a colleague's patient", "doctor2", "begin", 19, _post("/doctor/visits/{visit}/open")),
        Mistake("a nurse signs", "nurse", "begin", 19, _post("/doctor/visits/{visit}/submit", ("note_rev", "1"))),
        Mistake("signed unseen", d, "write", 19, _sign_unseen),
        Mistake("stale note", d, "write", 19, _stale_note),
        Mistake("minus three tablets", d, "write", 19, lambda s, k, x: s.line(k, x, quantity="-3")),
        Mistake("a thousand million tablets", d, "write", 19, lambda s, k, x: s.line(k, x, quantity="1000000000")),
        Mistake("a drug that is none", d, "write", 19, lambda s, k, x: s.line(k, x, drug_id=NOWHERE)),
        Mistake("signed twice", d, "sign", 19, _sign_again),
        Mistake("handed out before it was paid", p, "consult", 17, _post(f"/pharmacy/sheets/{NOWHERE}/dispense")),
        Mistake("a pharmacist takes money", p, "consult", 17, _post("/charging/visits/{visit}/charge", ("cash", "1"))),
        Mistake("one fen short", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="0.01")),
        Mistake("an amount that is none", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="1e400")),
        Mistake("minus five yuan", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="-5.00")),
        Mistake("a sum of the own making", c, "consult", 18, lambda s, k, x: s.charge(k, x, total_fen="1")),
        Mistake("nothing ticked", c, "consult", 18, lambda s, k, x: s.charge(k, x, ("line", "sheet", "one"))),
        Mistake("scan without a reference", c, "consult", 18, lambda s, k, x: s.charge(k, x, cash="", scan="9.00")),
        Mistake("a field too many", c, "consult", 18, lambda s, k, x: s.charge(k, x, price="0.01", is_admin="1")),
        Mistake("one bill at two windows", c, "sign", 19, races.two_windows),
        Mistake("last box wanted twice", "doctor0", "consult", 0, races.last_box),
        Mistake("refund against dispensing", c, "pay_mixed", 8, races.refund_or_dispense),
        Mistake("close against payment", c, "pay_cash", 18, races.close_or_charge),
        Mistake("charged again by a stale page", c, "pay_cash", 17, lambda s, k, x: s.again(k, x, None)),
        Mistake("charged twice by two clicks", c, "pay_cash", 17, lambda s, k, x: s.again(k, x, x.kept["once"]), True),
        Mistake("closed by an old page", c, "pay_cash", 17, _stale_close),
        Mistake("counted less than nothing", c, "pay_cash", 18, _not_counted),
        Mistake("more back than was paid", c, "pay_cash", 18, _too_much_back),
        Mistake("a colleague's bill voided", "doctor0", "pay_cash", 18, _post(f"/charging/bills/{NOWHERE}/void")),
        Mistake("approved without the right", c, "pay_cash", 18, _post(f"/charging/approvals/{NOWHERE}/decide")),
        Mistake("nothing ticked off", p, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, ("line",))),
        Mistake("other batches than shown", p, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, batches="0.00x1")),
        Mistake("refunded what the patient holds", c, "dispense", 17, lambda s, k, x: s.refund(k, x)),
        Mistake("handed out twice", p, "dispense", 17, lambda _s, k, x: k.send(*x.kept["handed"])),
        Mistake("more back than was given", p, "dispense", 17, _return_more_than_given),
        Mistake("voided what was handed out", c, "dispense", 17, _void),
    ]  # fmt: skip


def plant(cases: list[Case], slips: Slips, notes: Notes) -> list[str]:
    """Put each mistake into the story of one patient; the names of them."""
    planted = []
    for one in mistakes():
        case = next(case for case in cases if case.number % 20 == one.which)
        steps = list(case.todo)
        at = next(n for n, (_role, act) in enumerate(steps) if getattr(act, "__name__", "") == one.after)
        role = {"doctor": case.doctor, "cashier": next((r for r, _ in steps if r.startswith("cashier")), "cashier0")}
        last = at + 1
        while last < len(steps) and getattr(steps[last][1], "is_mistake", False):
            last += 1
        steps.insert(last, (role.get(one.role, one.role), _making(one, slips, notes)))
        case.todo.clear()
        case.todo.extend(steps)
        planted.append(one.name)
    return planted


def _making(one: Mistake, slips: Slips, notes: Notes) -> Callable[[Desk, Case], None]:
    def make(desk: Desk, case: Case) -> None:
        told = one.act(slips, desk, case)
        if told is None:
            notes.mistake(one.name, True, "one after the other")
            return
        fine = told.answer.is_replay and told.status in (200, 303) if one.is_replay else told.is_refused
        notes.mistake(one.name, fine, f"{told.status} {told.words}")

    make.is_mistake = True  # type: ignore[attr-defined]
    return make
