"""Who comes on the scripted day and what happens to each of them."""

from collections import deque
from dataclasses import dataclass

from tests.day.case import Case, Step
from tests.day.office import PRICED, Office
from tests.day.pharmacy import Pharmacy
from tests.day.rooms import FEW_PLATELETS, Rooms
from tests.day.till import Till
from tests.day.work import PENICILLIN, SALINE, Work

KINDS = {3: "emergency", 5: "chronic", 7: "traditional", 9: "return"}
RUN = 30  # of so many patients in a row each has another story
DRUGS = {16: ("D0011",), 20: (SALINE, PENICILLIN), 21: (SALINE, PENICILLIN), 24: (PRICED,)}
DOCTORS = {12: "doctor2", 23: "trainee", 25: "doctor2", 27: "doctor2"}


@dataclass(frozen=True)
class People:
    """Everybody's part of the work."""

    work: Work
    till: Till
    pharmacy: Pharmacy
    rooms: Rooms
    office: Office


def cases(people: People, count: int) -> list[Case]:
    """`count` patients; each of thirty in a row has another story, and the doctors and cashiers change."""
    found = []
    for number in range(count):
        which = number % RUN
        name = f"日{chr(0x4E00 + number)}{chr(0x5E00 + number)}"
        doctor = DOCTORS.get(which, f"doctor{number % 2}")
        case = Case(number, name, KINDS.get(number % 10, "general"), doctor=doctor)
        case.room = people.work.more["room2"]
        case.drugs = DRUGS.get(which, case.drugs)
        if which == 1:  # triage finds a fever
            case.temperature = "38.6"
        if which == 26:
            case.results = {"plt": FEW_PLATELETS}
        case.todo = deque(_story(people, case, f"cashier{number // 2 % 2}", which))
        found.append(case)
    return found


def _story(people: People, case: Case, cashier: str, which: int) -> list[Step]:
    work, till, office = people.work, people.till, people.office
    came: list[Step] = [("registrar", work.register)]
    seen: list[Step] = [(case.doctor, work.consult)]
    out: list[Step] = [("pharmacist", people.pharmacy.dispense)]

    def pays(*how: str) -> list[Step]:
        return [(cashier, getattr(till, one)) for one in how]

    def writes(*how: str) -> list[Step]:
        return [(case.doctor, getattr(work, one)) for one in how]

    def nurse(*how: str) -> list[Step]:
        return [("nurse", getattr(people.rooms, one)) for one in how]

    if which == 13:  # the arrears are paid to the cashier of the other shift
        case.later = deque(pays("settle"))
    yes: Step = ("manager", office.decide)
    back: Step = ("pharmacist", people.pharmacy.take_back)
    verify: Step = (case.doctor, people.rooms.verify)
    stories: dict[int, list[Step]] = {
        0: [*came, *seen, *pays("pay_note"), *out],
        2: [*writes("receive", "write", "sign"), *pays("pay_cash"), *out],
        3: [*came, *seen, *pays("pay_scan"), *out],
        4: [*came, ("registrar", work.change_payer), *seen, *pays("pay_mixed"), *out],
        5: [*came, *seen, *pays("hold", "resume", "pay_cash"), *out],
        6: [*came, *seen, *pays("ask_relief"), yes, *pays("pay_mixed"), *out],
        7: [*came, *seen, *pays("pay_mixed", "void", "pay_cash"), *out],
        8: [*came, *seen, *(pays("pay_mixed", "refund") + out if case.number >= RUN else pays("pay_mixed"))],
        9: [*came, ("registrar", work.cancel)],
        10: [*came, ("registrar", work.transfer), *seen, *pays("pay_cash"), *out],
        11: [*came, *writes("consult_with_request"), *pays("pay_note"), *nurse("collect", "enter"), verify, *out],
        13: [*came, *seen, *pays("ask_arrears"), yes, *pays("pay_cash"), *out],
        14: [*came, *seen, *pays("pay_scan", "ask_refund"), yes, *pays("pay_refund")],
        15: [*came, *seen, *pays("pay_cash"), ("pharmacist", people.pharmacy.dispense_part), *out],
        16: [*came, *seen, *pays("pay_cash"), *out, back, *pays("refund_returned")],
        19: [*came, *writes("begin", "write", "sign"), *(pays("pay_cash") if case.number >= RUN else []), *out],
        20: [*came, *writes("consult_with_bottle"), *pays("pay_cash"),
             *nurse("start_test", "wait_for_test", "read_negative"), *out, *nurse("execute", "patrol", "finish")],
        21: [*came, *writes("consult_with_bottle"), *pays("pay_cash"),
             *nurse("start_test", "wait_for_test", "read_positive"), *pays("refund_penicillin"), *out],
        22: [*came, *seen, *pays("pay_cash", "spoil"), *out],
        23: [*came, *seen, ("doctor0", work.cosign), *pays("pay_cash"), *out],
        24: [*came, *seen, *pays("pay_cash"), *out],
        25: [("registrar", work.book), ("registrar", work.does_not_come)],
        26: [*came, *writes("consult_with_request"), *pays("pay_cash"), *nurse("collect", "enter", "call_back"),
             verify, *out],
        27: [("registrar", work.book), *came, *seen, *pays("pay_cash"), *out],
        28: [*came, *writes("consult_with_treatment"), *pays("pay_cash"), *nurse("execute"),
             *pays("refund_dressing"), *out],
        29: [*came, *writes("begin", "write", "sign"), *pays("pay_cash"), *out],
    }  # fmt: skip
    return stories.get(which, [*came, *seen, *pays("pay_cash"), *out])
