"""What people get wrong on the scripted day: every one is answered with a sentence, none has a second effect."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from tests.day import races, slips
from tests.day.case import Case, Notes
from tests.day.desk import DONE, Desk, Told
from tests.day.plan import RUN
from tests.day.slips import Slips

Act = Callable[[Desk, Case], None]
R, D, C, P, N, M = "registrar", "doctor", "cashier", "pharmacist", "nurse", "manager"


@dataclass(frozen=True)
class Mistake:
    """`role` makes it after the step named `after` of the patient with this story, `is_prompt` in the same breath.

    `says` is the code or the words of the refusal. An act that returns None was answered rightly without a refusal: by
    the page, or both of a race one after the other.
    """

    name: str
    says: str
    role: str
    after: str
    which: int
    act: Callable[["Slips", Desk, Case], Told | None]
    is_replay: bool = False
    is_prompt: bool = False


MISTAKES = (
    Mistake("no name", "还没写姓名", R, "register", 17, lambda s, k, x: s.register(k, x, name="")),
    Mistake("hostile name", "姓名", R, "register", 17, lambda s, k, x: s.register(k, x, name=slips.HOSTILE)),
    Mistake("born tomorrow", "2099", R, "register", 17, lambda s, k, x: s.register(k, x, born_on="2099-01-01")),
    Mistake("a kind that is none", "就诊类型没有", R, "register", 17, lambda s, k, x: s.register(k, x, kind="admin")),
    Mistake("a room that is none", "visits.room_missing",
            R, "register", 18, lambda s, k, x: s.register(k, x, room=slips.UNKNOWN)),
    Mistake("sent twice", "挂号成功", R, "register", 18, slips.same_key, is_replay=True),
    Mistake("same key, other person", "once.other_body", R, "register", 18, slips.same_key_other_body),
    Mistake("payer of a cancelled visit", "visits.cancelled_already", R, "cancel", 9, slips.payer_of_a_cancelled_visit),
    Mistake("cancelled twice", "visits.cancelled_already", R, "cancel", 9, slips.cancel_again),
    Mistake("cancelled while the doctor writes", "visits.in_consultation", R, "begin", 19, slips.cancel_again),
    Mistake("a colleague's patient", "consultation.other_doctor",
            "doctor2", "begin", 19, slips.post("/doctor/visits/{visit}/open")),
    Mistake("a nurse signs", "rights.denied",
            N, "begin", 19, slips.post("/doctor/visits/{visit}/submit", ("note_rev", "1"))),
    Mistake("signed unseen", "consultation.note_changed", D, "write", 19, slips.sign_unseen),
    Mistake("stale note", "两边的字都还在", D, "write", 19, slips.stale_note),
    Mistake("minus three tablets", "数量 最少 1", D, "write", 19, lambda s, k, x: s.line(k, x, quantity="-3")),
    Mistake("a thousand million tablets", "看不懂",
            D, "write", 19, lambda s, k, x: s.line(k, x, quantity="1000000000")),
    Mistake("a drug that is none", "先从列表里选一个药",
            D, "write", 19, lambda s, k, x: s.line(k, x, drug_id=slips.UNKNOWN)),
    Mistake("one note in two windows", "两边的字都还在", D, "write", 29, races.note_in_two_windows),
    Mistake("one record at two desks", "", R, "register", 29, races.record_at_two_desks),
    Mistake("signed twice", "consultation.signed", D, "sign", 19, slips.sign_again),
    Mistake("signed without a diagnosis", "诊断还没有", D, "begin", 29, slips.sign_unseen),
    Mistake("handed out before it was paid", "pharmacy.not_paid", P, "consult", 17, slips.unpaid_sheet),
    Mistake("a pharmacist takes money", "rights.denied",
            P, "consult", 17, slips.post("/charging/visits/{visit}/charge", ("cash", "1"))),
    Mistake("one fen short", "charging.tender_short", C, "consult", 17, lambda s, k, x: s.charge(k, x, cash="0.01")),
    Mistake("an amount that is none", "money.not_an_amount",
            C, "consult", 17, lambda s, k, x: s.charge(k, x, cash="1e400")),
    Mistake("minus five yuan", "money.negative", C, "consult", 17, lambda s, k, x: s.charge(k, x, cash="-5.00")),
    Mistake("a sum of the own making", "charging.total_changed",
            C, "consult", 18, lambda s, k, x: s.charge(k, x, total_fen="1")),
    Mistake("nothing ticked", "charging.nothing_to_charge",
            C, "consult", 18, lambda s, k, x: s.charge(k, x, ("line", "sheet", "one"))),
    Mistake("scan without a reference", "charging.scan_needs_reference",
            C, "consult", 18, lambda s, k, x: s.charge(k, x, cash="", scan="9.00")),
    Mistake("a field too many", "form.unknown_field",
            C, "consult", 18, lambda s, k, x: s.charge(k, x, price="0.01", is_admin="1")),
    Mistake("other paper in the printer", "charging.invoice_mismatch",
            C, "consult", 18, lambda s, k, x: s.charge(k, x, invoice="A00000399")),
    Mistake("one bill at two windows", "charging.already_charged", C, "sign", 19, races.two_windows),
    Mistake("last box wanted twice", "stock.not_enough", "doctor0", "consult", 0, races.last_box),
    Mistake("refund against dispensing", "", C, "pay_mixed", 8, races.refund_or_dispense),
    Mistake("close against payment", "charging.shift_changed", C, "pay_cash", 18, races.close_or_charge),
    Mistake("price changed under an open bill", "charging.total_changed", C, "consult", 24, races.price_under_bill),
    Mistake("charged again by a stale page", "charging.already_charged",
            C, "pay_cash", 17, lambda s, k, x: s.again(k, x, None)),
    Mistake("charged twice by two clicks", "没有再收",
            C, "pay_cash", 17, lambda s, k, x: s.again(k, x, x.kept["once"]), True),
    Mistake("closed by an old page", "charging.shift_changed", C, "pay_cash", 17, slips.stale_close),
    Mistake("counted less than nothing", "money.negative", C, "pay_cash", 18, slips.not_counted),
    Mistake("more back than was paid", "pharmacy.not_returned", C, "pay_cash", 18, slips.too_much_back),
    Mistake("a doctor voids a bill", "rights.denied", "doctor0", "pay_cash", 18, slips.doctor_voids),
    Mistake("approved by who asked", "rights.denied", C, "ask_relief", 6, slips.own_approval),
    Mistake("paid out before it was approved", "charging.not_approved", C, "ask_refund", 14, slips.refund_unasked),
    Mistake("numbers that are out already", "charging.book_overlaps", M, "spoil", 22, slips.book_twice),
    Mistake("nothing ticked off", "pharmacy.lines_unchecked",
            P, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, ("line",))),
    Mistake("other batches than shown", "pharmacy.batches_changed",
            P, "pay_cash", 18, lambda s, k, x: s.hand_out(k, x, batches="0.00x1")),
    Mistake("refunded what the patient holds", "pharmacy.not_returned",
            C, "dispense", 17, lambda s, k, x: s.refund(k, x)),
    Mistake("handed out twice", "pharmacy.dispensed_meanwhile",
            P, "dispense", 17, lambda _s, k, x: k.send(*x.kept["handed"])),
    Mistake("more back than was given", "pharmacy.brought_too_much", P, "dispense", 17, slips.return_more_than_given),
    Mistake("voided what was handed out", "pharmacy.already_dispensed", C, "dispense", 17, slips.void),
    Mistake("charged before it was co-signed", "", C, "consult", 23, slips.unsigned_charge),
    Mistake("a trainee co-signs", "consultation.own_note", "trainee", "consult", 23, slips.trainee_cosigns),
    Mistake("penicillin before its test", "treatments.test_missing_for",
            P, "pay_cash", 20, lambda s, k, x: s.hand_out(k, x)),
    Mistake("a bottle before its test", "treatments.test_missing_for", N, "start_test", 20, slips.untested_bottle),
    Mistake("read after no minutes", "treatments.read_too_early",
            N, "start_test", 20, slips.read_early, is_prompt=True),
    Mistake("another bottle's label", "", N, "read_negative", 20, slips.wrong_label),
    Mistake("penicillin after a positive test", "pharmacy.allergy_unanswered",
            P, "read_positive", 21, lambda s, k, x: s.hand_out(k, x)),
    Mistake("a specimen before it was paid", "laboratory.not_paid",
            N, "consult_with_request", 26, slips.unpaid_specimen),
    Mistake("verified by who entered it", "laboratory.own_entry", N, "enter", 26, slips.own_verification),
    Mistake("a critical value not read back", "laboratory.not_read_back", N, "enter", 26, slips.not_read_back),
    Mistake("money back for what was done", "treatments.executed", C, "execute", 28, slips.both_dressings_back),
)  # fmt: skip


def plant(cases: list[Case], made_by: Slips, notes: Notes) -> list[str]:
    """Put each mistake into the story of one patient; the names of them."""
    planted = []
    for one in MISTAKES:
        case = next(case for case in cases if case.number % RUN == one.which)
        steps = list(case.todo)
        at = next(n for n, (_role, act) in enumerate(steps) if getattr(act, "__name__", "") == one.after)
        role = {"doctor": case.doctor, "cashier": next((r for r, _ in steps if r.startswith("cashier")), "cashier0")}
        making = _making(one, made_by, notes)
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


def _making(one: Mistake, made_by: Slips, notes: Notes) -> Act:
    def make(desk: Desk, case: Case) -> None:
        told = one.act(made_by, desk, case)
        if told is None:
            notes.mistake(one.name, True, "answered without a refusal")
            return
        fine = told.answer.is_replay and told.status in DONE if one.is_replay else told.is_refused
        notes.mistake(one.name, fine and one.says in told.words, f"{told.status} {told.words}")

    make.is_mistake = True  # type: ignore[attr-defined]
    return make
