"""Writing requests (申请): draft lines by rev, signed into numbered requests, withdrawn before they are executed."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import ids, installation
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.quantity import parse_count
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import events
from clinic_app.modules.consultation.queries import requests, words
from clinic_app.modules.consultation.services.opening import LONGEST_REASON, Opened, writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.services import count_uses
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import services as visit_services

GUARD = "consultation.withdraw_request"
LONGEST_NOTE, LONGEST_QUESTION = 100, 200
MOST_LINES, MOST_OF_ONE = 40, 99
REQUESTED = ("laboratory", "examination", "treatment")
GIVES_RESULTS = ("laboratory", "examination")
_DRAFT = "INSERT INTO request(id, visit_id, patient_id, doctor_id, state, rev) VALUES(?, ?, ?, ?, 'draft', 1)"
_INSERT = (
    "INSERT INTO request_line(id, request_id, line_no, service_item_id, quantity, note) VALUES(?, ?, ?, ?, ?, ?)"
)
_NAME = (
    "UPDATE request_line SET request_id = ?, line_no = ?, item_name = ?, item_name_en = ?, unit = ?, unit_en = ?"
    " WHERE id = ?"
)
_SIGN = (
    "UPDATE request SET state = 'signed', kind = ?, executing_room = ?, is_urgent = ?, question = ?, request_no = ?,"
    " signed_at = ?, signed_on = ?, doctor_id = ?, rev = rev + 1 WHERE id = ? AND state = 'draft'"
)


def add_item(
    uow: UnitOfWork, visit_id: bytes, item_id: bytes, rev: int, *, quantity: str = "", note: str = ""
) -> dict[str, Any]:
    """Put one service on the draft; an empty `quantity` is 1. Returns `line_id`.

    Stale `consultation.request_changed` when another window wrote since; Refused `consultation.item_missing`,
    `.item_disabled`, `.item_no_price`, `.item_twice`, `.too_many_lines`.
    """
    opened = writable(uow, visit_id)
    item = dictionaries.service(item_id)
    if item is None or item.kind not in REQUESTED:
        raise Refused("consultation.item_missing", field="item")
    name = words.named(item.name, item.name_en)
    if item.is_disabled:
        raise Refused("consultation.item_disabled", field="item", item=name)
    if dictionaries.price_on(item_id, uow.on) is None:
        raise Refused("consultation.item_no_price", field="item", item=name)
    count = parse_count(quantity, field="item_quantity", maximum=MOST_OF_ONE) if quantity.strip() else 1
    draft_id = _touch(uow, opened, rev)
    have = requests.request_lines(draft_id)
    if any(one.service_item_id == item_id for one in have):
        raise Refused("consultation.item_twice", field="item", item=name)
    if len(have) >= MOST_LINES:
        raise Refused("consultation.too_many_lines", field="item", most=MOST_LINES)
    line_id, line_no = ids.new_id(), max((one.line_no for one in have), default=0) + 1
    text = one_line(note, field="item_note", most=LONGEST_NOTE)
    uow.execute(_INSERT, (line_id, draft_id, line_no, item_id, count, text))
    return {"line_id": line_id.hex()}


def remove_item(uow: UnitOfWork, visit_id: bytes, line_id: bytes, rev: int) -> dict[str, Any]:
    """Take a draft line away at once; `restore_item` brings it back."""
    opened = writable(uow, visit_id)
    _of_draft(visit_id, line_id)
    _touch(uow, opened, rev)
    uow.execute("UPDATE request_line SET deleted_at = ? WHERE id = ?", (uow.at, line_id))
    return {"line_id": line_id.hex()}


def restore_item(uow: UnitOfWork, visit_id: bytes, line_id: bytes) -> dict[str, Any]:
    """Undo a removal; Stale when the same service was put on again meanwhile."""
    opened = writable(uow, visit_id)
    line, draft = _of_draft(visit_id, line_id), requests.draft_request(visit_id)
    draft_id = _touch(uow, opened, draft.rev if draft else 0)
    if any(one.service_item_id == line.service_item_id for one in requests.request_lines(draft_id)):
        raise Stale("consultation.request_changed")
    uow.execute("UPDATE request_line SET deleted_at = NULL WHERE id = ?", (line_id,))
    return {"line_id": line_id.hex()}


def describe(uow: UnitOfWork, visit_id: bytes, *, question: str, is_urgent: bool, rev: int) -> dict[str, Any]:
    """Say what is to be found out (临床问题) and whether it cannot wait (加急), for all of the draft."""
    opened = writable(uow, visit_id)
    text = one_line(question, field="question", most=LONGEST_QUESTION)
    draft_id = _touch(uow, opened, rev)
    uow.execute("UPDATE request SET question = ?, is_urgent = ? WHERE id = ?", (text, int(is_urgent), draft_id))
    return {"request_id": draft_id.hex()}


def send_requests(uow: UnitOfWork, visit_id: bytes, rev: int) -> dict[str, Any]:
    """Sign the requests alone (先送申请): the consultation goes on while the patient is examined.

    Who is to be examined or tested goes for results with it (`goes`); treatments alone send nobody away. Refused
    `consultation.no_request` when nothing is on the draft, `.no_doctor_certificate` (SF-02), `.trainee_sends`: what a
    trainee asks for waits with the note (OR-07); Stale as `add_item`.
    """
    opened, numbers = _send(uow, visit_id, rev)
    sent = [one for one in requests.requests_of_visit(visit_id) if one.request_no in numbers]
    goes = opened.visit.state == "in_consultation" and any(one.kind in GIVES_RESULTS for one in sent)
    if goes:
        visit_services.send_for_results(uow, visit_id)
    return {"visit_id": visit_id.hex(), "requests": numbers, "goes": goes}


def send_for_results(uow: UnitOfWork, visit_id: bytes, rev: int | None = None) -> dict[str, Any]:
    """The patient goes for results (去检查), and what is asked for and not sent yet goes too.

    `rev` is that of the draft as `add_item`, None for a caller without a page. Returns `queue_no` and the numbers of
    the `requests` sent. Refused and Stale as `send_requests` when there is something to send, and as `visits` refuses.
    """
    numbers = _send(uow, visit_id, rev)[1] if has_draft_requests(visit_id) else []
    return {**visit_services.send_for_results(uow, visit_id), "requests": numbers}


def _send(uow: UnitOfWork, visit_id: bytes, rev: int | None) -> tuple[Opened, list[str]]:
    uow.require_sure_date()
    opened = writable(uow, visit_id)
    level = people.qualification(uow.actor.person_id, uow.on).doctor_level
    if level is None:
        raise Refused("consultation.no_doctor_certificate")
    if level == "trainee":
        raise Refused("consultation.trainee_sends")
    numbers = sign_requests(uow, opened, rev)
    if not numbers:
        raise Refused("consultation.no_request", field="item")
    uow.audit("consultation.send_requests", visit_id, patient_id=opened.visit.patient_id, requests=numbers)
    return opened, numbers


def has_draft_requests(visit_id: bytes) -> bool:
    """Whether something is asked for that is not signed yet."""
    draft = requests.draft_request(visit_id)
    return bool(draft and requests.request_lines(draft.id))


def sign_requests(uow: UnitOfWork, opened: Opened, rev: int | None = None, *, only_check: bool = False) -> list[str]:
    """Make the draft lines numbered requests, one for each kind and room; returns their numbers. The caller audits.

    Their doctor is the one who wrote them, whoever signs too; with `only_check` they stay drafts for that (OR-07).
    """
    draft = requests.draft_request(opened.visit.id)
    if rev is not None and rev != (draft.rev if draft else 0):
        raise Stale("consultation.request_changed", field="item")
    lines = requests.request_lines(draft.id) if draft else []
    if draft is None or not lines:
        return []
    parts: dict[tuple[str, str], list[requests.RequestLine]] = {}
    for one in lines:
        if one.item.is_disabled:
            raise Refused("consultation.item_disabled", field="item", item=one.shown_name)
        parts.setdefault((one.item.kind, one.item.executing_room), []).append(one)
    if only_check:
        return []
    placed = [(draft.id if at == 0 else ids.new_id(), *part) for at, part in enumerate(parts.items())]
    for request_id, _what, part in placed:  # every line stands on its request before the first is closed to changes
        if request_id != draft.id:
            uow.execute(_DRAFT, (request_id, opened.visit.id, opened.visit.patient_id, opened.note.doctor_id))
        for line_no, one in enumerate(part, 1):
            uow.execute(_NAME, (request_id, line_no, one.name, one.name_en, one.unit, one.unit_en, one.id))
    count_uses(uow, {"services": [one.service_item_id for one in lines]})
    return [_number(uow, opened, draft, request_id, what, part) for request_id, what, part in placed]


def _number(
    uow: UnitOfWork, opened: Opened, draft: requests.Request, request_id: bytes, what: tuple[str, str],
    part: Sequence[requests.RequestLine],
) -> str:
    series = f"{installation.current().prefix()}Q{uow.on:%y%m%d}"
    number = f"{series}{uow.number(f'consultation.{series}'):04d}"
    uow.change_one(
        _SIGN,
        (*what, int(draft.is_urgent), draft.question, number, uow.at, uow.on.isoformat(),
         opened.note.doctor_id, request_id), Stale("consultation.request_changed"),
    )  # fmt: skip
    uow.emit(
        events.REQUEST_SIGNED, request_id,
        {"request_id": request_id, "request_no": number, "visit_id": opened.visit.id,
         "patient_id": opened.visit.patient_id, "doctor_id": opened.note.doctor_id,
         "lines": [{"line_id": one.id, "item_id": one.service_item_id, "quantity": one.quantity} for one in part]},
        (opened.visit.id,),
    )  # fmt: skip
    return number


def withdraw_request(
    uow: UnitOfWork, request_id: bytes, reason: str, *, line_ids: Sequence[bytes] | None = None
) -> dict[str, Any]:
    """Withdraw a signed request (撤回申请), or only some of its lines, before anything of them is executed or paid.

    Missing for an unknown request or line; Refused `consultation.other_doctor`, `.withdraw_reason_missing`, by a guard
    once it is executed and by charging while it is paid; Stale when it was withdrawn already.
    """
    found = requests.request(request_id)
    if found is None or found.state == "draft":
        raise Missing("consultation.request_missing")
    if found.doctor_id != uow.actor.person_id:
        raise Refused("consultation.other_doctor", doctor=people.names([found.doctor_id]).get(found.doctor_id, ""))
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.withdraw_reason_missing", field="reason")
    live = [one.id for one in requests.request_lines(request_id) if one.withdrawn_at is None]
    wanted = list(live if line_ids is None else line_ids)
    if not wanted or not set(wanted) <= set(live):
        raise Stale("consultation.request_changed")
    uow.guard(GUARD, request_id=request_id, visit_id=found.visit_id, line_ids=wanted)
    for line_id in wanted:
        uow.execute(
            "UPDATE request_line SET withdrawn_at = ?, withdrawn_by = ?, withdraw_reason = ? WHERE id = ?",
            (uow.at, uow.actor.person_id, why, line_id),
        )
    if set(wanted) == set(live):
        uow.execute("UPDATE request SET state = 'withdrawn', withdrawn_at = ? WHERE id = ?", (uow.at, request_id))
    uow.audit(
        "consultation.withdraw_request", request_id, patient_id=found.patient_id, request_no=found.request_no,
        reason=why, lines=len(wanted),
    )  # fmt: skip
    uow.emit(
        events.REQUEST_WITHDRAWN, request_id,
        {"request_id": request_id, "visit_id": found.visit_id, "reason": why, "line_ids": wanted}, (found.visit_id,),
    )  # fmt: skip
    return {"visit_id": found.visit_id.hex(), "request_no": found.request_no}


def _touch(uow: UnitOfWork, opened: Opened, rev: int) -> bytes:
    """The draft of the visit, made at the first line (rev 0), with its rev one higher."""
    draft = requests.draft_request(opened.visit.id)
    if rev != (draft.rev if draft else 0):
        raise Stale("consultation.request_changed")
    if draft is None:
        draft_id = ids.new_id()
        uow.execute(_DRAFT, (draft_id, opened.visit.id, opened.visit.patient_id, uow.actor.person_id))
        return draft_id
    uow.execute("UPDATE request SET rev = rev + 1 WHERE id = ?", (draft.id,))
    return draft.id


def _of_draft(visit_id: bytes, line_id: bytes) -> requests.RequestLine:
    line, draft = requests.request_line(line_id), requests.draft_request(visit_id)
    if line is None or draft is None or line.request_id != draft.id:
        raise Missing("consultation.line_missing")
    return line
