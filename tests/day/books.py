"""The end of the scripted day: what the people noted down, held against what the clinic's PC wrote."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from clinic_app.kernel import db, invariants
from clinic_app.kernel.idempotency import stored_key
from tests.day.case import Notes
from tests.day.desk import Answered
from tests.day.office import Office
from tests.faults.server_process import clinic_command

_LEDGER = "SELECT coalesce(sum(amount_fen), 0) FROM ledger_entry WHERE account {which}"
_BILLS = (
    "SELECT coalesce(sum(y.amount_fen), 0) FROM payment y JOIN bill b ON b.id = y.bill_id WHERE y.method {which}"
    " AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"
)
_SETTLED = (
    "SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
    " WHERE v.kind = 'settlement' AND e.account = 'cash'"
)
_ON_HAND = (
    "SELECT d.code, sum(s.on_hand) FROM stock_balance s JOIN batch b ON b.id = s.batch_id"
    " JOIN drug d ON d.id = b.drug_id JOIN place p ON p.id = s.place_id WHERE p.code = 'P1' GROUP BY d.code"
)
_MOVED = (
    "SELECT d.code, sum(CASE WHEN m.to_place_id = p.id THEN m.quantity ELSE -m.quantity END) FROM place p"
    " JOIN stock_move m ON p.id IN (m.from_place_id, m.to_place_id) JOIN batch b ON b.id = m.batch_id"
    " JOIN drug d ON d.id = b.drug_id WHERE p.code = 'P1' GROUP BY d.code"
)

_PAPERS = (
    "SELECT CASE p.staff_no WHEN '0005' THEN 'cashier0' ELSE 'cashier1' END, count(*) FROM invoice_use u"
    " JOIN person p ON p.id = u.used_by GROUP BY p.staff_no"
)
_PAPER_GAPS = (
    "SELECT book_id, count(*), min(number), max(number) FROM invoice_use GROUP BY book_id"
    " HAVING count(*) <> max(number) - min(number) + 1"
)
_BARE = (
    "SELECT count(*) FROM bill b WHERE NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"
    " AND 1 <> (SELECT count(*) FROM invoice_use u WHERE u.bill_id = b.id AND u.void_reason = '')"
)
_ONCE = {
    "visits of": "SELECT p.name, count(*) FROM visit v JOIN patient p ON p.id = v.patient_id WHERE p.name LIKE '日%'"
    " GROUP BY p.name HAVING count(*) > 1",
    "records of": "SELECT name, count(*) FROM patient WHERE name LIKE '日%' GROUP BY name HAVING count(*) > 1",
    "units of line": "SELECT lower(hex(d.line_id)), sum(d.quantity) FROM dispense_line d"
    " JOIN prescription_line l ON l.id = d.line_id GROUP BY d.line_id HAVING sum(d.quantity) > l.quantity",
}
SUMS = (("现金", "cash", 1), ("减免", "relief", 1), ("欠费", "arrears", 1), ("现金凑整", "rounding", -1))


def on_hand() -> dict[str, int]:
    """Minimum units on the pharmacy's shelf by drug code."""
    return dict(db.rows(_ON_HAND))


def differences(notes: Notes, begun_with: dict[str, int]) -> list[str]:
    """Where cash, ledger, receipts and closes, or stock, movements and shelf do not agree; empty is right."""
    return [*_money(notes), *_stock(notes, begun_with), *_receipts(notes)]


def _money(notes: Notes) -> list[str]:
    counted = sum(cash for _, cash, _ in notes.shifts), sum(noncash for _, _, noncash in notes.shifts)
    closed = db.rows("SELECT coalesce(sum(cash_fen), 0), coalesce(sum(noncash_fen), 0) FROM shift")[0]
    drawer = db.value("SELECT coalesce(sum(counted_fen), 0) FROM shift")
    cash = {
        "counted by the cashiers": counted[0], "the ledger": db.value(_LEDGER.format(which="= 'cash'")),
        "the receipts": db.value(_BILLS.format(which="= 'cash'")) + db.value(_SETTLED), "the closes": closed[0],
        "the counts of the closes": drawer, "handed in": sum(notes.handed_in),
        "hand-ins": db.value("SELECT coalesce(sum(received_fen), 0) FROM hand_in"),
    }  # fmt: skip
    noncash = {
        "counted by the cashiers": counted[1], "the closes": closed[1],
        "the receipts": db.value(_BILLS.format(which="NOT IN ('cash', 'arrears')")),
        "the ledger": db.value(_LEDGER.format(which="IN (SELECT code FROM payment_method) AND account <> 'cash'")),
    }  # fmt: skip
    return [*_unequal("cash", cash), *_unequal("other payments", noncash)]


def _unequal(what: str, sums: dict[str, int]) -> list[str]:
    if len(set(sums.values())) == 1:
        return []
    return [f"{what}: " + ", ".join(f"{name} {amount}" for name, amount in sums.items())]


def _stock(notes: Notes, begun_with: dict[str, int]) -> list[str]:
    shelf = {code: units + notes.shelf[code] for code, units in begun_with.items()}
    moved, now = dict(db.rows(_MOVED)), on_hand()
    return [
        f"{code}: counted {shelf[code]}, movements {moved.get(code, 0)}, stock {now.get(code, 0)}"
        for code in begun_with
        if not shelf[code] == moved.get(code, 0) == now.get(code, 0)
    ]


def _receipts(notes: Notes) -> Sequence[str]:
    known = {row[0] for row in db.rows("SELECT receipt_no FROM bill")}
    return [f"receipts told and not kept, or kept and not told: {sorted(known ^ set(notes.receipts))}"][
        : known != set(notes.receipts)
    ]


def papers(notes: Notes) -> list[str]:
    """Every paper of the invoice books is a bill's or void, none is missing, and the cashiers count the same."""
    wrong = []
    used = dict(db.rows(_PAPERS))
    if +Counter(used) != +notes.papers:
        wrong.append(f"invoices torn off: {dict(notes.papers)}, kept {used}")
    for role, whole, left in notes.books:
        if whole - left != notes.papers[role]:
            wrong.append(f"book of {role}: {whole} papers, {notes.papers[role]} torn off, {left} handed back")
    gaps = db.rows(_PAPER_GAPS)
    spoilt = db.value("SELECT count(*) FROM invoice_use WHERE void_reason <> ''")
    voids = db.value("SELECT count(*) FROM bill_void")
    if gaps or spoilt != sum(notes.spoilt.values()) + voids:
        wrong.append(f"invoices: gaps {gaps}, {spoilt} void of {sum(notes.spoilt.values())} spoilt and {voids} voids")
    if bare := db.value(_BARE):
        wrong.append(f"{bare} bills without exactly one invoice that counts")
    return wrong


def screens(
    notes: Notes, office: Office, begun_with: dict[str, int], names: dict[str, str]
) -> list[str]:
    """Figure by figure: the supervisor's sum and the month held to the ledger, the pharmacy's account to the shelf."""
    accounts = dict(db.rows("SELECT account, sum(amount_fen) FROM ledger_entry GROUP BY account"))
    named = {
        name: amount * sign for name, account, sign in
        [*((name, f"income:{code}", -1) for code, name in db.rows("SELECT code, name FROM invoice_category")),
         *((name, code, 1) for code, name in db.rows("SELECT code, name FROM payment_method")),
         *SUMS] if (amount := accounts.get(account, 0))
    }  # fmt: skip
    named["收入合计"] = -sum(amount for account, amount in accounts.items() if account.startswith("income:"))
    wrong = [
        f"supervisor's sum, {name}: shown {office.figures.get(name)}, ledger {named.get(name)}"
        for name in sorted({*named, *office.figures})
        if office.figures.get(name) != named.get(name)
    ]
    if sorted(office.closes) != sorted((cash, noncash) for _, cash, noncash in notes.shifts):
        wrong.append(f"supervisor's closes {office.closes}, cashiers {notes.shifts}")
    months = {
        "income": named["收入合计"], "cash": accounts.get("cash", 0),
        "noncash": sum(noncash for _, _, noncash in notes.shifts),
    }  # fmt: skip
    if months != office.months:
        wrong.append(f"the month's page {office.months}, the ledger {months}")
    for code, units in begun_with.items():
        if office.account.get(names[code], 0) != units + notes.shelf[code]:
            wrong.append(f"{code}: account {office.account.get(names[code])}, counted {units + notes.shelf[code]}")
    return wrong


def lost(answered: Sequence[Answered]) -> list[str]:
    """Commands that were answered as done and whose key is not kept."""
    kept = {row[0] for row in db.rows("SELECT key FROM once")}
    return [f"LOST {one.role} {one.path}" for one in answered if stored_key(one.once) not in kept]


def doubled() -> list[str]:
    """What a repeated form must not make twice: a person's visit, a bill that counts, a sheet handed out in full."""
    return [f"DOUBLED {what} {mark}: {count}" for what, sql in _ONCE.items() for mark, count in db.rows(sql)]


def broken_invariants() -> dict[str, object]:
    return {one.id: one.violations for one in invariants.results() if not one.holds}


def check(folder: Path, program: tuple[str, ...] = ("appliance",)) -> str:
    """What `clinic check` says when it is not content."""
    ended = clinic_command(folder, "check", program=program)
    return "" if ended.returncode == 0 else f"{ended.returncode}: {ended.stdout}{ended.stderr}"[-600:]
