"""What people get wrong on the scripted day: every one is answered with a sentence, none has a second effect."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from tests.day import races
from tests.day.case import Case, Notes
from tests.day.desk import Desk, NotAsExpected, Told, field_values
from tests.day.plan import RUN, People
from tests.faults.form_client import field_of

Act = Callable[[Desk, Case], None]
UNKNOWN = "0" * 32
HOSTILE = "<img src=x onerror=alert(1)>\x00' OR 1=1 --"


@dataclass(frozen=True)
class Mistake:
    """`role` makes it after the step named `after` of the patient with this story, `is_prompt` in the same breath.

    An act that returns None was answered rightly without a refusal: by the page, or both of a race one after the other.
    """

    name: str
    role: str
    after: str
    which: int
    act: Callable[["Slips", Desk, Case], Told | None]
    is_replay: bool = False
    is_prompt: bool = False


class Slips:
    """What the mistakes need; a colleague is signed in at a desk of another part."""

    def __init__(self, people: People, port: int) -> None:
        self.people, self.port = people, port
        self.work, self.till, self.pharmacy = people.work, people.till, people.pharmacy
        self.rooms, self.office = people.rooms, people.office

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
        sheet = self.pharmacy.sheets(desk, case)[0]
        fields, _units = self.pharmacy.handing(desk, sheet)
        kept = [(name, other.get(name, value)) for name, value in fields if name not in drop]
        return desk.send(f"/pharmacy/sheets/{sheet}/dispense", kept)


def _payer_of_a_cancelled_visit(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send("/registration/payer", [("visit", case.visit_id), ("payer", "resident")], fragment=True)


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


def _unpaid_sheet(s: Slips, desk: Desk, case: Case) -> Told:
    """The doctor has signed, the patient goes to the pharmacy first: the number of the sheet is on the paper."""
    page = s.colleague(case.doctor).page(f"/doctor/visits/{case.visit_id}")
    sheet = re.findall(r"/doctor/prescriptions/([0-9a-f]{32})", page)[0]
    return desk.send(f"/pharmacy/sheets/{sheet}/dispense", [("batches", ""), ("line", UNKNOWN)])


def _doctor_voids(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(s.colleague("cashier0"), case)
    return desk.send(f"/charging/bills/{bill}/void", [("other", "收错了"), ("reason", "")])


def _own_approval(s: Slips, desk: Desk, case: Case) -> Told:
    asked = s.office.waiting(s.colleague("manager"), case)
    return desk.send(f"/charging/approvals/{asked}/decide", [("decision", "approve"), ("answer", "")])


def _refund_unasked(s: Slips, desk: Desk, case: Case) -> Told:
    """The manager has not decided, the cashier pays already."""
    asked = s.office.waiting(s.colleague("manager"), case)
    return desk.send(f"/charging/refunds/{asked}/pay")


def _read_early(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(*s.rooms.read_form(desk, case, "5"))


def _untested_bottle(s: Slips, desk: Desk, case: Case) -> Told:
    path, fields = s.rooms.begin_form(desk, case, of_bottle=True)
    return desk.send(path, fields.items())


def _wrong_label(s: Slips, desk: Desk, case: Case) -> Told | None:
    """The label of another bottle: nothing is begun, the page says so in red."""
    path, fields = s.rooms.begin_form(desk, case)
    told = desk.send(path, (fields | {"label": "X0"}).items())
    page = desk.page(told.answer.headers["location"])
    if "瓶签对不上" not in page or "executions" not in page or "/begin" not in page:
        raise NotAsExpected(f"the wrong label was taken: {told.status} {told.words}")
    return None


def _own_verification(s: Slips, desk: Desk, case: Case) -> Told:
    page = desk.page(f"/laboratory/?line={case.kept['line']}")
    return desk.send(f"/laboratory/reports/{case.kept['report']}/verify", [("rev", field_of(page, "rev"))])


def _unpaid_specimen(s: Slips, desk: Desk, case: Case) -> Told:
    """The laboratory knows the line by the doctor's paper; the patient has not paid."""
    doctor = s.colleague(case.doctor)
    page = doctor.page(f"/doctor/visits/{case.visit_id}/requests")
    asked = re.findall(r"/doctor/requests/([0-9a-f]{32})/withdraw", page)[0]
    form = doctor.page(f"/doctor/requests/{asked}/withdraw")
    return desk.send(f"/laboratory/lines/{field_values(form, 'line')[0]}/collect", [("specimen", "静脉血")])


def _not_read_back(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/laboratory/reports/{case.kept['report']}/call", [("told", "0002")])


def _both_dressings_back(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(desk, case)
    fields = [(name, "2" if name[0] == "q" else value) for name, value in s.till.refund_form(desk, bill, of="换药")]
    return desk.send(f"/charging/bills/{bill}/refund", fields)


def _trainee_cosigns(s: Slips, desk: Desk, case: Case) -> Told:
    rev = field_of(s.colleague("doctor0").page(f"/doctor/visits/{case.visit_id}"), "note_rev")
    return desk.send(f"/doctor/visits/{case.visit_id}/cosign", [("note_rev", rev)])


def _unsigned_charge(_s: Slips, desk: Desk, case: Case) -> Told:
    """What a trainee wrote is charged before anybody co-signed: the page has nothing of it."""
    return desk.send(
        f"/charging/visits/{case.visit_id}/charge", [("total_fen", "320"), ("cash", "3.20"), ("line", UNKNOWN)]
    )


def _book_twice(s: Slips, desk: Desk, _case: Case) -> Told:
    return desk.send("/charging/books", s.office.book_form("cashier1"))


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
    r, d, c, p, n, m = "registrar", "doctor", "cashier", "pharmacist", "nurse", "manager"
    return [
        Mistake("no name", r, "register", 17, lambda s, k, x: s.register(k, x, name="")),
        Mistake("hostile name", r, "register", 17, lambda s, k, x: s.register(k, x, name=HOSTILE)),
        Mistake("born tomorrow", r, "register", 17, lambda s, k, x: s.register(k, x, born_on="2099-01-01")),
        Mistake("a kind that is none", r, "register", 17, lambda s, k, x: s.register(k, x, kind="admin")),
        Mistake("a room that is none", r, "register", 18, lambda s, k, x: s.register(k, x, room=UNKNOWN)),
        Mistake("sent twice", r, "register", 18, _same_key, is_replay=True),
        Mistake("same key, other person", r, "register", 18, _same_key_other_body),
        Mistake("payer of a cancelled visit", r, "cancel", 9, _payer_of_a_cancelled_visit),
        Mistake("cancelled twice", r, "cancel", 9, _cancel_again),
        Mistake("cancelled while the doctor writes", r, "begin", 19, _cancel_again),
        Mistake("a colleague's patient", "doctor2", "begin", 19, _post("/doctor/visits/{visit}/open")),
        Mistake("a nurse signs", n, "begin", 19, _post("/doctor/visits/{visit}/submit", ("note_rev", "1"))),
        Mistake("signed unseen", d, "write", 19, _sign_unseen),
        Mistake("stale note", d, "write", 19, _stale_note),
        Mistake("minus three tablets", d, "write", 19, lambda s, k, x: s.line(k, x, quantity="-3")),
        Mistake("a thousand million tablets", d, "write", 19, lambda s, k, x: s.line(k, x, quantity="1000000000")),
        Mistake("a drug that is none", d, "write", 19, lambda s, k, x: s.line(k, x, drug_id=UNKNOWN)),
        Mistake("one note in two windows", d, "write", 29, races.note_in_two_windows),
        Mistake("one record at two desks", r, "register", 29, races.record_at_two_desks),
        Mistake("signed twice", d, "sign", 19, _sign_again),
        Mistake("signed without a diagnosis", d, "begin", 29, _sign_unseen),
        Mistake("handed out before it was paid", p, "consult", 17, _unpaid_sheet),
        Mistake("a pharmacist takes money", p, "consult", 17, _post("/charging/visits/{visit}/charge", ("cash", "1"))),
        Mistake("one fen short", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="0.01")),
        Mistake("an amount that is none", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="1e400")),
        Mistake("minus five yuan", c, "consult", 17, lambda s, k, x: s.charge(k, x, cash="-5.00")),
        Mistake("a sum of the own making", c, "consult", 18, lambda s, k, x: s.charge(k, x, total_fen="1")),
        Mistake("nothing ticked", c, "consult", 18, lambda s, k, x: s.charge(k, x, ("line", "sheet", "one"))),
        Mistake("scan without a reference", c, "consult", 18, lambda s, k, x: s.charge(k, x, cash="", scan="9.00")),
        Mistake("a field too many", c, "consult", 18, lambda s, k, x: s.charge(k, x, price="0.01", is_admin="1")),
        Mistake("other paper in the printer", c, "consult", 18, lambda s, k, x: s.charge(k, x, invoice="A00000399")),
        Mistake("one bill at two windows", c, "sign", 19, races.two_windows),
        Mistake("last box wanted twice", "doctor0", "consult", 0, races.last_box),
        Mistake("refund against dispensing", c, "pay_mixed", 8, races.refund_or_dispense),
        Mistake("close against payment", c, "pay_cash", 18, races.close_or_charge),
        Mistake("price changed under an open bill", c, "consult", 24, races.price_under_bill),
        Mistake("charged again by a stale page", c, "pay_cash", 17, lambda s, k, x: s.again(k, x, None)),
        Mistake("charged twice by two clicks", c, "pay_cash", 17, lambda s, k, x: s.again(k, x, x.kept["once"]), True),
        Mistake("closed by an old page", c, "pay_cash", 17, _stale_close),
        Mistake("counted less than nothing", c, "pay_cash", 18, _not_counted),
        Mistake("more back than was paid", c, "pay_cash", 18, _too_much_back),
        Mistake("a doctor voids a bill", "doctor0", "pay_cash", 18, _doctor_voids),
        Mistake("approved by who asked", c, "ask_relief", 6, _own_approval),
        Mistake("paid out before it was approved", c, "ask_refund", 14, _refund_unasked),
        Mistake("numbers that are out already", m, "spoil", 22, _book_twice),
        Mistake("nothing ticked off", p, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, ("line",))),
        Mistake("other batches than shown", p, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, batches="0.00x1")),
        Mistake("refunded what the patient holds", c, "dispense", 17, lambda s, k, x: s.refund(k, x)),
        Mistake("handed out twice", p, "dispense", 17, lambda _s, k, x: k.send(*x.kept["handed"])),
        Mistake("more back than was given", p, "dispense", 17, _return_more_than_given),
        Mistake("voided what was handed out", c, "dispense", 17, _void),
        Mistake("charged before it was co-signed", c, "consult", 23, _unsigned_charge),
        Mistake("a trainee co-signs", "trainee", "consult", 23, _trainee_cosigns),
        Mistake("penicillin before its test", p, "pay_cash", 20, lambda s, k, x: s.hand_out(k, x)),
        Mistake("a bottle before its test", n, "start_test", 20, _untested_bottle),
        Mistake("read after no minutes", n, "start_test", 20, _read_early, is_prompt=True),
        Mistake("another bottle's label", n, "read_negative", 20, _wrong_label),
        Mistake("penicillin after a positive test", p, "read_positive", 21, lambda s, k, x: s.hand_out(k, x)),
        Mistake("a specimen before it was paid", n, "consult_with_request", 26, _unpaid_specimen),
        Mistake("verified by who entered it", n, "enter", 26, _own_verification),
        Mistake("a critical value not read back", n, "enter", 26, _not_read_back),
        Mistake("money back for what was done", c, "execute", 28, _both_dressings_back),
    ]  # fmt: skip


def plant(cases: list[Case], slips: Slips, notes: Notes) -> list[str]:
    """Put each mistake into the story of one patient; the names of them."""
    planted = []
    for one in mistakes():
        case = next(case for case in cases if case.number % RUN == one.which)
        steps = list(case.todo)
        at = next(n for n, (_role, act) in enumerate(steps) if getattr(act, "__name__", "") == one.after)
        role = {"doctor": case.doctor, "cashier": next((r for r, _ in steps if r.startswith("cashier")), "cashier0")}
        making = _making(one, slips, notes)
        if one.is_prompt:
            steps[at] = (steps[at][0], _both(steps[at][1], making))
            case.todo = deque(steps)
            planted.append(one.name)
            continue
        last = at + 1
        while last < len(steps) and getattr(steps[last][1], "is_mistake", False):
            last += 1
        steps.insert(last, (role.get(one.role, one.role), making))
        case.todo = deque(steps)
        planted.append(one.name)
    return planted


def _both(act: Act, making: Act) -> Act:
    @wraps(act)
    def do(desk: Desk, case: Case) -> None:
        act(desk, case)
        making(desk, case)

    return do


def _making(one: Mistake, slips: Slips, notes: Notes) -> Act:
    def make(desk: Desk, case: Case) -> None:
        told = one.act(slips, desk, case)
        if told is None:
            notes.mistake(one.name, True, "one after the other")
            return
        fine = told.answer.is_replay and told.status in (200, 303) if one.is_replay else told.is_refused
        notes.mistake(one.name, fine, f"{told.status} {told.words}")

    make.is_mistake = True  # type: ignore[attr-defined]
    return make
