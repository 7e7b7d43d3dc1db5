"""What is asked of laboratory and examination rooms (待检): paid requests without a verified report, urgent first."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation.queries.words import named

_COLUMNS = """
SELECT l.id, q.id, q.request_no, q.visit_id, q.patient_id, p.name, p.sex, p.born_on, p.is_birth_estimated,
    l.item_name, l.item_name_en, s.panel, s.executing_room, q.kind, q.is_urgent, q.question, l.note, q.signed_at,
    u.name,
    (SELECT r.state FROM report r WHERE r.line_id = l.id AND r.state <> 'cancelled' ORDER BY r.version DESC LIMIT 1),
    l.withdrawn_at
FROM request q JOIN request_line l ON l.request_id = q.id JOIN patient p ON p.id = q.patient_id
JOIN service_item s ON s.id = l.service_item_id JOIN person u ON u.id = q.doctor_id
"""
_WAITING = (
    _COLUMNS + "WHERE q.signed_on >= ? AND q.state = 'signed' AND q.kind IN ('laboratory', 'examination')"
    " AND l.withdrawn_at IS NULL ORDER BY q.is_urgent DESC, q.signed_at, q.request_no, l.line_no LIMIT 300"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One requested test or examination; `state` is that of its newest report, None before the specimen."""

    line_id: bytes
    request_id: bytes
    request_no: str
    visit_id: bytes
    patient_id: bytes
    name: str
    sex: str
    born_on: str | None
    is_birth_estimated: bool
    item_name: str
    item_name_en: str
    panel: str
    executing_room: str
    kind: str
    is_urgent: bool
    question: str
    note: str
    signed_at: int
    doctor_name: str
    state: str | None
    withdrawn_at: int | None

    @property
    def shown_item(self) -> str:
        return named(self.item_name, self.item_name_en)

    @property
    def is_paid(self) -> bool:
        state = charging.line_states([self.request_id]).get((self.request_id, self.line_id))
        return state is not None and state.is_paid


def waiting(on: date) -> list[Asked]:
    """Paid lines, and those begun in an emergency, of the last days without a verified report; urgent ones first."""
    since = on - timedelta(days=parameters.value("laboratory.list_days", on) - 1)
    found = [one for one in db.read(Asked, _WAITING, (since.isoformat(),)) if one.state != "verified"]
    states = charging.line_states({one.request_id for one in found})
    return [
        one for one in found
        if one.state is not None or ((state := states.get((one.request_id, one.line_id))) and state.is_paid)
    ]  # fmt: skip


def asked(line_id: bytes) -> Asked | None:
    """One line of a signed request, whatever became of it; None for a treatment or a draft."""
    return db.read_one(
        Asked, _COLUMNS + "WHERE l.id = ? AND q.state <> 'draft' AND q.kind IN ('laboratory', 'examination')",
        (line_id,),
    )
