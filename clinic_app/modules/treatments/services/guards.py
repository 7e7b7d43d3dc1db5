"""What may not happen any more once something is tested or executed, said to cashier, doctor and pharmacist."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel import db, parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.treatments import queries
from clinic_app.modules.treatments.services.skin_test_orders import needs_test

STARTED = ("running", "done", "stopped")
_SOURCES = "SELECT DISTINCT source_kind, source_id FROM charge_line WHERE bill_id = ?"
_BATCHES = (
    "SELECT DISTINCT b.batch_no FROM reservation r JOIN batch b ON b.id = r.batch_id"
    " WHERE r.source_id = ? AND r.line_id = ? AND r.state = 'live'"
)


def refuse_dispensing_untested(uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `pharmacy.dispense`: no dose leaves the pharmacy while a skin test is not negative (ST-01, ST-04)."""
    wanted = set(facts["line_ids"])
    hours = parameters.value("treatments.skin_test_lapse_hours", uow.on)
    for line in consultation.lines_of(facts["prescription_id"]):
        drug = dictionaries.drug(line.drug_id)
        if line.id not in wanted or drug is None or not needs_test(drug, line.route, uow.on):
            continue
        if any(one.state == "positive" for one in queries.tests_of_patient(facts["patient_id"], drug.id)):
            raise Refused("treatments.test_positive", drug=dictionaries.named(drug))
        if line.untested_because:
            continue
        test = queries.test_that_counts(facts["patient_id"], drug.id, uow.at, lapse_hours=hours)
        if test is None:
            raise Refused("treatments.test_missing_for", drug=dictionaries.named(drug))
        _refuse_other_batch(uow, facts["prescription_id"], line, test, drug)


def _refuse_other_batch(
    uow: UnitOfWork, prescription_id: bytes, line: consultation.PrescriptionLine, test: queries.SkinTest,
    drug: dictionaries.Drug,
) -> None:
    """A test made from one batch says nothing of another (ST-04), where the clinic keeps to that."""
    if not parameters.value("treatments.skin_test_by_batch", uow.on) or not test.batch_no:
        return
    bill_id = charging.is_prescription_paid(prescription_id)
    for (batch_no,) in db.rows(_BATCHES, (bill_id, line.id)) if bill_id else ():
        if batch_no != test.batch_no:
            name = dictionaries.named(drug)
            raise Refused("treatments.other_batch", drug=name, tested=test.batch_no, batch=batch_no)


def refuse_refunding_executed(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.refund`: what was tested or executed is not paid back (FE-09, IN-02)."""
    for line in facts["lines"]:
        kind, source, of_line, wanted = (
            line[name] for name in ("source_kind", "source_id", "source_line_id", "quantity")
        )
        if kind == "skin_test":
            _refuse_tested(source)
        elif kind in ("course", "request", "prescription"):
            state = charging.line_states([source]).get((source, of_line))
            used = _used(kind, source, of_line)
            if state is not None and used and wanted > queries.paid_of(state) - used:
                raise Refused("treatments.executed", used=used, left=max(0, queries.paid_of(state) - used))


def refuse_voiding_executed_bill(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.void_bill`: Refused `treatments.executed_of_bill` once anything it paid was done."""
    for kind, source in db.rows(_SOURCES, (facts["bill_id"],)):
        if kind == "skin_test":
            _refuse_tested(source)
        found = _course(kind, source)
        if found is not None and _is_begun(found):
            raise Refused("treatments.executed_of_bill")


def refuse_voiding_executed_sheet(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.void_prescription`."""
    found = queries.course_of_prescription(facts["prescription_id"])
    if found is not None and _is_begun(found):
        raise Refused("treatments.executed_of_sheet")


def refuse_withdrawing_executed(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.withdraw_request`."""
    found = queries.course_of_request(facts["request_id"])
    if found is None:
        return
    wanted = set(facts["line_ids"])
    if any(one.source_line_id in wanted and one.state in STARTED for one in queries.executions_of_course(found.id)):
        raise Refused("treatments.executed_of_request")


def _refuse_tested(test_id: bytes) -> None:
    test = queries.skin_test(test_id)
    if test is not None and test.state in ("started", "negative", "positive"):
        raise Refused("treatments.tested", test_no=test.test_no)


def _course(kind: str, source: bytes) -> queries.Course | None:
    if kind == "course":
        return queries.course(source)
    if kind == "request":
        return queries.course_of_request(source)
    return queries.course_of_prescription(source) if kind == "prescription" else None


def _is_begun(found: queries.Course) -> bool:
    return any(one.state in STARTED for one in queries.executions_of_course(found.id))


def _used(kind: str, source: bytes, of_line: bytes) -> int:
    """How much of a charge line was executed, in its own units."""
    if kind == "prescription":
        return queries.used_of_line(of_line)
    found = _course(kind, source)
    if found is None:
        return 0
    if kind == "course":
        return queries.paid_by(found, of_line)[1]
    return queries.paid_by(found, request_line=of_line)[1]
