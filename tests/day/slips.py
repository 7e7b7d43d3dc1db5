"""How people get things wrong on the scripted day, each by the form that they really have before them."""

import re
import threading
from collections.abc import Callable

from tests.day.case import Case
from tests.day.desk import Desk, NotAsExpected, Told, field_values
from tests.day.plan import People
from tests.faults.form_client import field_of

UNKNOWN = "0" * 32
HOSTILE = "<img src=x onerror=alert(1)>\x00' OR 1=1 --"


class Slips:
    """What the mistakes need."""

    def __init__(self, people: People, port: int) -> None:
        self.people, self.port = people, port
        self.work, self.till, self.pharmacy = people.work, people.till, people.pharmacy
        self.rooms, self.office = people.rooms, people.office
        self._colleagues: dict[tuple[str, str], Desk] = {}

    def colleague(self, role: str) -> Desk:
        """Signed in at another window; everybody who needs one has one of their own."""
        mine = threading.current_thread().name, role
        if mine not in self._colleagues:
            self._colleagues[mine] = Desk(self.port, role)
        return self._colleagues[mine]

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
        if "invoice" in other:
            return desk.send(f"/charging/visits/{case.visit_id}/charge", [*kept, *typed.items()])
        return self.till.press(desk, case, [*kept, *typed.items()])

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


def payer_of_a_cancelled_visit(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send("/registration/payer", [("visit", case.visit_id), ("payer", "resident")], fragment=True)


def cancel_again(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send("/registration/cancel", [("visit", case.visit_id), ("reason", "病人不等了")], fragment=True)


def same_key(s: Slips, desk: Desk, case: Case) -> Told:
    fields = s.work.new_person(case).items()
    return desk.send("/registration/", fields, once=f"day-register-{case.number:05d}", fragment=True)


def same_key_other_body(s: Slips, desk: Desk, case: Case) -> Told:
    fields = s.work.new_person(case) | {"name": "别人"}
    return desk.send("/registration/", fields.items(), once=f"day-register-{case.number:05d}", fragment=True)


def stale_note(_s: Slips, desk: Desk, case: Case) -> Told:
    fields = [("note_rev", "1"), ("chief_complaint", "另一个窗口写的")]
    return desk.send(f"/doctor/visits/{case.visit_id}/note", fields, once="", fragment=True)


def sign_again(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/doctor/visits/{case.visit_id}/submit", case.kept["signing"])


def sign_unseen(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/doctor/visits/{case.visit_id}/submit", [("note_rev", "1"), ("sheet_rev", "0"), ("dx_seen", "")])


def post(path: str, *fields: tuple[str, str]) -> Callable[[Slips, Desk, Case], Told | None]:
    """A form of this address, `{visit}` standing for the patient's."""
    return lambda _s, desk, case: desk.send(path.format(visit=case.visit_id), fields)


def unpaid_sheet(s: Slips, desk: Desk, case: Case) -> Told:
    """The doctor has signed, the patient goes to the pharmacy first: the number of the sheet is on the paper."""
    page = s.colleague(case.doctor).page(f"/doctor/visits/{case.visit_id}")
    sheet = re.findall(r"/doctor/prescriptions/([0-9a-f]{32})", page)[0]
    return desk.send(f"/pharmacy/sheets/{sheet}/dispense", [("batches", ""), ("line", UNKNOWN)])


def doctor_voids(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(s.colleague("cashier0"), case)
    return desk.send(f"/charging/bills/{bill}/void", [("other", "收错了"), ("reason", "")])


def own_approval(s: Slips, desk: Desk, case: Case) -> Told:
    asked = s.office.waiting(s.colleague("manager"), case)
    return desk.send(f"/charging/approvals/{asked}/decide", [("decision", "approve"), ("answer", "")])


def refund_unasked(s: Slips, desk: Desk, case: Case) -> Told:
    """The manager has not decided, the cashier pays already."""
    asked = s.office.waiting(s.colleague("manager"), case)
    return desk.send(f"/charging/refunds/{asked}/pay")


def read_early(s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(*s.rooms.read_form(desk, case, "5"))


def untested_bottle(s: Slips, desk: Desk, case: Case) -> Told:
    path, fields = s.rooms.begin_form(desk, case, of_bottle=True)
    return desk.send(path, fields.items())


def wrong_label(s: Slips, desk: Desk, case: Case) -> Told | None:
    """The label of another bottle: nothing is begun, the page says so in red."""
    path, fields = s.rooms.begin_form(desk, case)
    told = desk.send(path, (fields | {"label": "X0"}).items())
    page = desk.page(told.answer.headers["location"])
    if "瓶签对不上" not in page or "executions" not in page or "/begin" not in page:
        raise NotAsExpected(f"the wrong label was taken: {told.status} {told.words}")
    return None


def own_verification(s: Slips, desk: Desk, case: Case) -> Told:
    page = desk.page(f"/laboratory/?line={case.kept['line']}")
    return desk.send(f"/laboratory/reports/{case.kept['report']}/verify", [("rev", field_of(page, "rev"))])


def unpaid_specimen(s: Slips, desk: Desk, case: Case) -> Told:
    """The laboratory knows the line by the doctor's paper; the patient has not paid."""
    doctor = s.colleague(case.doctor)
    page = doctor.page(f"/doctor/visits/{case.visit_id}/requests")
    asked = re.findall(r"/doctor/requests/([0-9a-f]{32})/withdraw", page)[0]
    form = doctor.page(f"/doctor/requests/{asked}/withdraw")
    return desk.send(f"/laboratory/lines/{field_values(form, 'line')[0]}/collect", [("specimen", "静脉血")])


def not_read_back(_s: Slips, desk: Desk, case: Case) -> Told:
    return desk.send(f"/laboratory/reports/{case.kept['report']}/call", [("told", "0002")])


def both_dressings_back(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(desk, case)
    fields = [(name, "2" if name[0] == "q" else value) for name, value in s.till.refund_form(desk, bill, of="换药")]
    return desk.send(f"/charging/bills/{bill}/refund", fields)


def trainee_cosigns(s: Slips, desk: Desk, case: Case) -> Told:
    rev = field_of(s.colleague("doctor0").page(f"/doctor/visits/{case.visit_id}"), "note_rev")
    return desk.send(f"/doctor/visits/{case.visit_id}/cosign", [("note_rev", rev)])


def unsigned_charge(_s: Slips, desk: Desk, case: Case) -> None:
    """What a trainee wrote before anybody co-signed: the cashier sees the fee of the visit and no drug."""
    page = desk.page(f"/charging/visits/{case.visit_id}")
    if "诊疗费" not in page or "氨氯地平" in page:
        raise NotAsExpected("an unsigned sheet is at the cashier's")


def book_twice(s: Slips, desk: Desk, _case: Case) -> Told:
    return desk.send("/charging/books", s.office.book_form("cashier1"))


def void(s: Slips, desk: Desk, case: Case) -> Told:
    bill = s.till.bill(desk, case)
    return desk.send(f"/charging/bills/{bill}/void", [("other", "收错了"), ("reason", "")])


def too_much_back(s: Slips, desk: Desk, case: Case) -> Told:
    return s.refund(desk, case, q="999999")


def stale_close(s: Slips, desk: Desk, case: Case) -> Told:
    where, _shown = s.till.closing(desk)
    return desk.send(where, [("shown", "as-it-was-before"), ("counted", "0.00")])


def not_counted(s: Slips, desk: Desk, case: Case) -> Told:
    where, shown = s.till.closing(desk)
    return desk.send(where, [("shown", shown), ("counted", "-5.00")])


def return_more_than_given(s: Slips, desk: Desk, case: Case) -> Told:
    path = f"/pharmacy/sheets/{case.kept['sheet']}/return"
    page = desk.page(path)
    name = page[page.index('name="back-') + 6 :].split('"')[0]
    key = name.removeprefix("back-")
    fields = [("reason", "不要了"), (name, "9999"), (f"condition-{key}", "sealed"), (f"accept-{key}", "yes")]
    return desk.send(path, fields)
