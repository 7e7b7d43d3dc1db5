"""Reads of the visits (就诊); the subject's face for later ones together with `services`."""

from clinic_app.modules.visits.queries.board import Present, board, moments, steps
from clinic_app.modules.visits.queries.calls import (
    Called,
    called_now,
    first_called_at,
    passes,
    returns,
    waiting_numbers,
)
from clinic_app.modules.visits.queries.counting import Waits, absent, visits_counted, waits
from clinic_app.modules.visits.queries.fee import fee_fen, fee_item, fee_item_code, is_fee_due, next_without_fee
from clinic_app.modules.visits.queries.payment_code import home_page_payment_code
from clinic_app.modules.visits.queries.pressure import must_ask_pressure
from clinic_app.modules.visits.queries.rooms import (
    Day,
    day,
    doctors_by_room,
    rooms_with_a_doctor,
    tiles,
    waiting_before,
    waiting_by_room,
)
from clinic_app.modules.visits.queries.sessions import (
    DOCTORS,
    Appointment,
    Held,
    Session,
    appointment,
    appointments_of,
    appointments_on,
    booked_from,
    days_with_sessions,
    free_slots,
    no_shows,
    planned,
    session,
    sessions_now,
    sessions_on,
    taken,
    taken_of,
)
from clinic_app.modules.visits.queries.triage import Question, Triage, fever_room, triage_of, triage_questions
from clinic_app.modules.visits.queries.visits import (
    MOST_SHOWN,
    WHOLE_DAY,
    QueueRow,
    Visit,
    last_payer,
    next_in_line,
    open_visits,
    queue,
    row,
    today,
    visit,
    visit_of_slip,
    visits_of_person,
    visits_since,
)

__all__ = [
    "DOCTORS", "MOST_SHOWN", "WHOLE_DAY", "Appointment", "Called", "Day", "Held", "Present", "Question", "QueueRow",
    "Session", "Triage", "Visit", "Waits", "absent", "appointment", "appointments_of", "appointments_on", "board",
    "booked_from", "called_now", "day", "days_with_sessions", "doctors_by_room", "fee_fen", "fee_item",
    "fee_item_code", "fever_room", "first_called_at", "free_slots", "home_page_payment_code", "is_fee_due",
    "last_payer", "moments", "must_ask_pressure", "next_in_line", "next_without_fee", "no_shows", "open_visits",
    "passes", "planned", "queue", "returns", "rooms_with_a_doctor", "row", "session", "sessions_now", "sessions_on",
    "steps", "taken", "taken_of", "tiles", "today", "triage_of", "triage_questions", "visit", "visit_of_slip",
    "visits_counted", "visits_of_person", "visits_since", "waiting_before", "waiting_by_room", "waiting_numbers",
    "waits",
]  # fmt: skip
