"""Who comes on the scripted day and what happens to each of them."""

from collections import deque

from tests.day.case import Case, Step
from tests.day.till import Till
from tests.day.work import Work

KINDS = {3: "emergency", 5: "chronic", 7: "traditional", 9: "return"}
RUN = 20  # of so many patients in a row each has another story


def cases(work: Work, till: Till, count: int) -> list[Case]:
    """`count` patients; each of twenty in a row has another story, and the doctors and cashiers change."""
    found = []
    for number in range(count):
        doctor = f"doctor{number % 2}"
        name = f"日{chr(0x4E00 + number)}{chr(0x5E00 + number)}"
        case = Case(number, name, KINDS.get(number % 10, "general"), doctor=doctor)
        case.room = work.more["room2"]
        case.todo = deque(_story(work, till, case, f"cashier{number // 2 % 2}", number % RUN))
        found.append(case)
    return found


def _story(work: Work, till: Till, case: Case, cashier: str, which: int) -> list[Step]:
    came: list[Step] = [("registrar", work.register)]
    seen: list[Step] = [(case.doctor, work.consult)]
    out: list[Step] = [("pharmacist", work.dispense)]

    def pays(*how: str) -> list[Step]:
        return [(cashier, getattr(till, one)) for one in how]

    yes: Step = ("manager", work.decide)
    if which == 1:  # triage finds a fever
        case.temperature = "38.6"
    if which == 2:  # without a number
        return [*((case.doctor, act) for act in (work.receive, work.write, work.sign)), *pays("pay_cash"), *out]
    if which == 12:
        case.doctor = "doctor2"  # the village doctor
        seen = [("doctor2", work.consult)]
    if which == 16:
        case.drugs = ("D0011",)
    stories: dict[int, list[Step]] = {
        0: [*came, *seen, *pays("pay_note"), *out],
        3: [*came, *seen, *pays("pay_scan"), *out],
        4: [*came, ("registrar", work.change_payer), *seen, *pays("pay_mixed"), *out],
        5: [*came, *seen, *pays("hold", "resume", "pay_cash"), *out],
        6: [*came, *seen, *pays("ask_relief"), yes, *pays("pay_mixed"), *out],
        7: [*came, *seen, *pays("pay_mixed", "void", "pay_cash"), *out],
        8: [*came, *seen, *(pays("pay_mixed", "refund") + out if case.number >= RUN else pays("pay_mixed"))],
        9: [*came, ("registrar", work.cancel)],
        10: [*came, ("registrar", work.transfer), *seen, *pays("pay_cash"), *out],
        11: [*came, (case.doctor, work.consult_with_request), *pays("pay_note"), ("nurse", work.examine),
             (case.doctor, work.verify), *out],
        13: [*came, *seen, *pays("ask_arrears"), yes, *pays("pay_cash", "settle"), *out],
        14: [*came, *seen, *pays("pay_scan", "ask_refund"), yes, *pays("pay_refund")],
        15: [*came, *seen, *pays("pay_cash"), ("pharmacist", work.dispense_part), *out],
        16: [*came, *seen, *pays("pay_cash"), *out, ("pharmacist", work.take_back), *pays("refund_returned")],
        19: [*came, *((case.doctor, act) for act in (work.begin, work.write, work.sign)),
             *(pays("pay_cash") if case.number >= RUN else []), *out],
    }  # fmt: skip
    return stories.get(which, [*came, *seen, *pays("pay_cash"), *out])
