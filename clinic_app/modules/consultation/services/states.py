"""Answers that rules ask for (怀孕、哺乳、肾功能): of this visit, in the words of who asked."""

from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation.services.opening import writable

ANSWERS = {"childbearing": ("none", "pregnant", "nursing", "unclear"), "kidneys": ("none", "weak", "unclear")}
"""What may be answered to each question."""


def answer(uow: UnitOfWork, visit_id: bytes, question: str, given: str) -> dict[str, Any]:
    """Keep the answer to a question; a later one replaces it until the sheet is signed, which keeps its own copy.

    Refused `consultation.no_such_answer` and as `opening.writable`.
    """
    opened = writable(uow, visit_id)
    if given not in ANSWERS.get(question, ()):
        raise Refused("consultation.no_such_answer")
    uow.execute(
        "INSERT INTO patient_state(visit_id, question, answer, answered_by, answered_at) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT(visit_id, question) DO UPDATE SET answer = excluded.answer, answered_by = excluded.answered_by,"
        " answered_at = excluded.answered_at",
        (opened.visit.id, question, given, uow.actor.person_id, uow.at),
    )
    return {"question": question, "answer": given}
