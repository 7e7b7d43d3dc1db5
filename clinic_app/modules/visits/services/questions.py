"""The questions of triage (流行病学史问题): added, changed, taken out of use; each change leaves a version."""

from typing import Any

from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import services as dictionaries
from clinic_app.modules.dictionaries.queries.versions import rev_of
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.rules.triage import check_question

KIND = queries.QUESTIONS
_ADD = (
    "INSERT INTO triage_question(code, position, text, text_en, source, is_reviewed, is_disabled)"
    " SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, 0 FROM triage_question"
)


def add_question(
    uow: UnitOfWork, code: str, *, text: str, text_en: str, source: str, is_reviewed: bool
) -> dict[str, Any]:
    """Ask one more question, after the others. Invalid names every wrong field, a taken code too."""
    wrong = check_question(code, text, text_en, source)
    if queries.question(code) is not None:
        wrong["code"] = Refused("visits.question_taken", field="code", value=code)
    if wrong:
        raise Invalid(wrong)
    uow.execute(_ADD, (code, text, text_en, source, int(is_reviewed)))
    dictionaries.write_version(uow, KIND, code, "added", {"text": (None, text)})
    uow.audit("visits.add_question", code=code)
    return {"code": code}


def change_question(
    uow: UnitOfWork, code: str, *, text: str, text_en: str, source: str, is_reviewed: bool, rev: int
) -> dict[str, Any]:
    """Word a question anew; what was answered before keeps its code. `rev` is the version that the person saw.

    Missing; Stale `visits.question_changed`; Invalid as `add_question`.
    """
    before = _at(code, rev)
    if wrong := check_question(code, text, text_en, source):
        raise Invalid(wrong)
    after = {"text": text, "text_en": text_en, "source": source, "is_reviewed": int(is_reviewed)}
    told = {name: (getattr(before, name), value) for name, value in after.items() if getattr(before, name) != value}
    uow.execute(
        "UPDATE triage_question SET text = ?, text_en = ?, source = ?, is_reviewed = ? WHERE code = ?",
        (*after.values(), code),
    )
    if told:
        dictionaries.write_version(uow, KIND, code, "changed", told)
    uow.audit("visits.change_question", code=code)
    return {"code": code}


def set_question_disabled(uow: UnitOfWork, code: str, is_disabled: bool, *, rev: int) -> dict[str, Any]:
    """Stop asking a question, or ask it again; raises as `change_question`."""
    before = _at(code, rev)
    if before.is_disabled != int(is_disabled):
        uow.execute("UPDATE triage_question SET is_disabled = ? WHERE code = ?", (int(is_disabled), code))
        act = "disabled" if is_disabled else "enabled"
        dictionaries.write_version(uow, KIND, code, act, {"is_disabled": (before.is_disabled, int(is_disabled))})
    uow.audit("visits.disable_question", code=code, is_disabled=is_disabled)
    return {"code": code}


def _at(code: str, rev: int) -> queries.Question:
    before = queries.question(code)
    if before is None:
        raise Missing("visits.no_such_question")
    if rev_of(KIND, code) != rev:
        raise Stale("visits.question_changed", field="rev")
    return before
