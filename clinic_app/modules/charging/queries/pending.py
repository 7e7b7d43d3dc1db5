"""Who has to pay (待收费): the list that every cashier's page polls, summed by integer SQL."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.search import begins, normal
from clinic_app.modules.patients import queries as patients

# 2ab + c over 2c is a/c rounded half up: the rule of kernel.money.line_amount in whole numbers.
_AMOUNT = """
CASE c.item_kind
    WHEN 'drug' THEN (SELECT (2 * p.price_e4 * c.quantity + 100 * d.pack_size) / (200 * d.pack_size)
        FROM drug d JOIN price p ON p.item_id = d.id
        WHERE d.id = c.item_id AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day))
    ELSE (SELECT (2 * p.price_e4 * c.quantity + 100) / 200 FROM price p
        WHERE p.item_id = c.item_id AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day))
END
"""
_ROW = (
    "SELECT v.id, v.visit_no, v.queue_no AS queue_no, v.visit_on, v.patient_id, p.name, r.name, v.state,"
    " {sheets} AS sheets, {total}, {since} AS since, h.visit_id IS NOT NULL AS held, coalesce(h.note, '')"
    " FROM {source} JOIN visit v ON v.id = {visit} JOIN patient p ON p.id = v.patient_id"
    " JOIN room r ON r.id = v.room_id LEFT JOIN visit_hold h ON h.visit_id = v.id"
)
_TO_PAY = (
    _ROW.format(
        sheets="count(DISTINCT c.source_id)", total=f"coalesce(sum({_AMOUNT}), 0)", since="min(c.opened_at)",
        source="charge_line c {by}", visit="c.visit_id",
    )
    + " WHERE c.state = 'open' AND {which} GROUP BY c.visit_id"
)  # fmt: skip
# Left alone, SQLite walks every line ever charged, to have them grouped by visit.
_AMONG_OPEN = "INDEXED BY charge_line_open"
# Received without a number (VS-05): on the list with 0 items until the doctor signs something or finishes.
_WITHOUT_NUMBER = """
SELECT v.id, v.visit_no, v.queue_no, v.visit_on, v.patient_id, p.name, r.name, v.state, 0, 0, v.registered_at, 0, ''
FROM visit v JOIN patient p ON p.id = v.patient_id JOIN room r ON r.id = v.room_id
WHERE v.visit_on = :day AND v.with_number = 0 AND v.state = 'in_consultation'
    AND NOT EXISTS (SELECT 1 FROM charge_line c WHERE c.visit_id = v.id AND c.state <> 'withdrawn')
"""
_RECENT = _TO_PAY.format(by=_AMONG_OPEN, which="c.opened_on >= :since")
_PENDING = (
    f"SELECT * FROM ({_RECENT} UNION ALL {_WITHOUT_NUMBER})"
    " ORDER BY held, sheets = 0, state IN ('registered', 'called'), since, queue_no LIMIT 200"
)
_OF_PATIENT = (
    _TO_PAY.format(by=_AMONG_OPEN, which="c.patient_id = :patient") + " ORDER BY v.registered_at DESC LIMIT 20"
)
_BY_NUMBER = _TO_PAY.format(by="", which="v.visit_no = :number")
_DONE = (
    "SELECT count(*) FROM bill b WHERE b.paid_on = ? AND b.cashier_id = coalesce(?, b.cashier_id)"
    " AND b.root_id IS NULL AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"
)


@dataclass(frozen=True, slots=True)
class Pending:
    """One visit that waits for the cashier; `total_fen` at today's prices, `sheets` 0 without anything to pay yet."""

    visit_id: bytes
    visit_no: str
    queue_no: int
    on: str
    patient_id: bytes
    name: str
    room_name: str
    visit_state: str
    sheets: int
    total_fen: int
    since: int
    is_held: int
    hold_note: str


def pending(on: date) -> list[Pending]:
    """Visits of the last days with something open: those seen by longest wait, those not yet seen, those of VS-05;
    what is on hold (挂起) comes last."""
    since = on - timedelta(days=parameters.value("charging.pending_days", on) - 1)
    return db.read(Pending, _PENDING, {"day": on.isoformat(), "since": since.isoformat()})


def pending_matching(text: str, on: date) -> list[Pending]:
    """Those of `pending` whose name, initials, queue or visit number begin so; else any visit of such a person that is
    still open, however old."""
    typed = normal(text)
    if not typed:
        return pending(on)
    found = [one for one in pending(on) if _matches(one, typed)]
    return found or _older(text.strip(), on)


def _matches(one: Pending, typed: str) -> bool:
    if typed.isdecimal() and len(typed) <= 4:
        return str(one.queue_no) == typed
    return one.visit_no.lower() == typed or begins(typed, one.name)


def _older(text: str, on: date) -> list[Pending]:
    day = on.isoformat()
    if found := db.read(Pending, _BY_NUMBER, {"number": text.upper(), "day": day}):
        return found
    people = {record: None for hit in patients.search(text) for record in patients.same_person(hit.id)}
    return [one for record in people for one in db.read(Pending, _OF_PATIENT, {"patient": record, "day": day})]


def charged_today(on: date, cashier_id: bytes | None = None) -> int:
    """How many bills of the day count, of one cashier or of all."""
    return int(db.value(_DONE, (on.isoformat(), cashier_id)))


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait to pay, for the home page of the cashiers."""
    if not actor.may("charging.charge"):
        return {}
    return {"charging.pending": _("待收 %(count)d 人") % {"count": sum(one.sheets > 0 for one in pending(today()))}}
