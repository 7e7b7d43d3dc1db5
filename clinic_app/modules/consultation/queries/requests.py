"""Requests (申请): treatments, examinations and laboratory tests that a doctor orders for others to execute."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.money import line_amount
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True, slots=True)
class Request:
    """One request (申请单): draft, signed or withdrawn; one kind and one room each once it is signed."""

    id: bytes
    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    state: str
    rev: int
    kind: str
    executing_room: str
    is_urgent: bool
    question: str
    request_no: str | None
    signed_at: int | None
    signed_on: str | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One requested service with its names as ordered; `note` is for who executes it."""

    id: bytes
    request_id: bytes
    line_no: int
    service_item_id: bytes
    quantity: int
    note: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    withdrawn_at: int | None
    withdraw_reason: str

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)

    @property
    def shown_unit(self) -> str:
        return named(self.unit, self.unit_en)

    @property
    def item(self) -> dictionaries.Service:
        found = dictionaries.service(self.service_item_id)
        assert found is not None  # a foreign key holds it
        return found

    def amount_fen(self, on: date) -> int:
        """At the price of a day; 0 without a price."""
        price = dictionaries.price_on(self.service_item_id, on)
        return line_amount(price, self.quantity) if price is not None else 0


_REQUEST = (
    "SELECT id, visit_id, patient_id, doctor_id, state, rev, kind, executing_room, is_urgent, question, request_no,"
    " signed_at, signed_on FROM request"
)
_LINE = (
    "SELECT l.id, l.request_id, l.line_no, l.service_item_id, l.quantity, l.note,"
    " CASE l.item_name WHEN '' THEN s.name ELSE l.item_name END,"
    " CASE l.item_name WHEN '' THEN s.name_en ELSE l.item_name_en END,"
    " CASE l.item_name WHEN '' THEN s.unit ELSE l.unit END,"
    " CASE l.item_name WHEN '' THEN s.unit_en ELSE l.unit_en END, l.withdrawn_at, l.withdraw_reason"
    " FROM request_line l JOIN service_item s ON s.id = l.service_item_id"
)


def request(request_id: bytes) -> Request | None:
    return db.read_one(Request, f"{_REQUEST} WHERE id = ?", (request_id,))


def draft_request(visit_id: bytes) -> Request | None:
    """The request being written, or None."""
    return db.read_one(Request, f"{_REQUEST} WHERE visit_id = ? AND state = 'draft'", (visit_id,))


def requests_of_visit(visit_id: bytes) -> list[Request]:
    """Every request of a visit in the order of signing, the draft last."""
    return db.read(
        Request, f"{_REQUEST} WHERE visit_id = ? ORDER BY state = 'draft', signed_at, request_no", (visit_id,)
    )


def request_lines(request_id: bytes) -> list[RequestLine]:
    """The lines of a request in their order, withdrawn ones too, removed drafts left out."""
    return db.read(
        RequestLine, f"{_LINE} WHERE l.request_id = ? AND l.deleted_at IS NULL ORDER BY l.line_no, l.id", (request_id,)
    )


def request_line(line_id: bytes) -> RequestLine | None:
    """One line, a removed draft too."""
    return db.read_one(RequestLine, f"{_LINE} WHERE l.id = ?", (line_id,))


def has_requests(visit_id: bytes) -> bool:
    """Whether anything stands on a draft or was ever sent, withdrawn since or not."""
    return bool(
        db.value(
            "SELECT EXISTS(SELECT 1 FROM request r JOIN request_line l ON l.request_id = r.id"
            " WHERE r.visit_id = ? AND l.deleted_at IS NULL)", (visit_id,),
        )
    )  # fmt: skip


# (2ab + 100) / 200 is a times b in fen, rounded half up: the rule of kernel.money.line_amount in whole numbers.
_REQUESTED = """
SELECT count(l.id), coalesce(max(CASE r.state WHEN 'draft' THEN r.rev END), 0),
    coalesce(sum((SELECT (2 * p.price_e4 * l.quantity + 100) / 200 FROM price p WHERE p.item_id = l.service_item_id
        AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day))), 0)
FROM request r LEFT JOIN request_line l ON l.request_id = r.id AND l.deleted_at IS NULL AND l.withdrawn_at IS NULL
WHERE r.visit_id = :visit
"""


def requested(visit_id: bytes, on: date) -> tuple[int, int, int]:
    """How many services stand on the requests of a visit, the rev of the draft among them, 0 without one, and what all
    of them come to in fen at the prices of a day."""
    count, rev, fen = db.rows(_REQUESTED, {"visit": visit_id, "day": on.isoformat()})[0]
    return int(count), int(rev), int(fen)
