"""Commands of the visits (就诊): the only writers of its tables."""

from clinic_app.modules.visits.services.appointments import Booking, book, cancel_appointment
from clinic_app.modules.visits.services.line import (
    call_again,
    call_visit,
    finish_consultation,
    pass_visit,
    requeue_visit,
    return_with_results,
    see_return,
    send_for_results,
    start_consultation,
    transfer_visit,
)
from clinic_app.modules.visits.services.payer import change_payer
from clinic_app.modules.visits.services.questions import add_question, change_question, set_question_disabled
from clinic_app.modules.visits.services.registering import (
    SLIP,
    Corrections,
    cancel_visit,
    print_slip,
    receive_without_number,
    register_arrival,
    register_visit,
)
from clinic_app.modules.visits.services.sessions import Plan, add_session, end_session
from clinic_app.modules.visits.services.triage import triage_visit

__all__ = [
    "SLIP",
    "Booking",
    "Corrections",
    "Plan",
    "add_question",
    "add_session",
    "book",
    "call_again",
    "call_visit",
    "cancel_appointment",
    "cancel_visit",
    "change_payer",
    "change_question",
    "end_session",
    "finish_consultation",
    "pass_visit",
    "print_slip",
    "receive_without_number",
    "register_arrival",
    "register_visit",
    "requeue_visit",
    "return_with_results",
    "see_return",
    "send_for_results",
    "set_question_disabled",
    "start_consultation",
    "transfer_visit",
    "triage_visit",
]  # fmt: skip
