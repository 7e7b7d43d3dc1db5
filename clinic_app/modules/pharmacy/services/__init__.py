"""Commands of the pharmacy (药房); the only writers of its tables."""

from clinic_app.modules.pharmacy.services.charging import refuse_charging_expired
from clinic_app.modules.pharmacy.services.checks import batch_mark
from clinic_app.modules.pharmacy.services.controlled import (
    check_count,
    check_empties,
    count_controlled,
    countersign,
    receive_empties,
    register_goods_in,
    register_scrapped,
)
from clinic_app.modules.pharmacy.services.dispensing import dispense, prepare, put_back, reallocate
from clinic_app.modules.pharmacy.services.queueing import add_paid, drop_voided
from clinic_app.modules.pharmacy.services.refunds import (
    refuse_refund_of_given,
    refuse_voiding_dispensed_bill,
    refuse_voiding_given_sheet,
    release_refunded,
)
from clinic_app.modules.pharmacy.services.returning import Brought, return_drugs
from clinic_app.modules.pharmacy.services.reviewing import (
    answer_question,
    ask_doctor,
    extend_validity,
    pass_review,
    reject_sheet,
    withdraw_question,
)
from clinic_app.modules.pharmacy.services.tracing import record_codes

__all__ = [
    "Brought", "add_paid", "answer_question", "ask_doctor", "batch_mark", "check_count", "check_empties",
    "count_controlled", "countersign", "dispense", "drop_voided", "extend_validity", "pass_review", "prepare",
    "put_back", "reallocate", "receive_empties", "record_codes", "refuse_charging_expired", "refuse_refund_of_given",
    "refuse_voiding_dispensed_bill", "refuse_voiding_given_sheet", "register_goods_in", "register_scrapped",
    "reject_sheet", "release_refunded", "return_drugs", "withdraw_question",
]  # fmt: skip
