"""Planning (执行计划): a signed sheet makes skin tests, executions and fees; a voided or refunded one closes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic_app.kernel import installation
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.treatments import queries, rules
from clinic_app.modules.treatments.services.drips import drops_of
from clinic_app.modules.treatments.services.skin_test_orders import order_test

EXECUTED_HERE = ("injection", "infusion")
_COURSE = (
    "INSERT INTO course(id, visit_id, patient_id, prescription_id, request_id, planned_at) VALUES(?, ?, ?, ?, ?, ?)"
)
_EXECUTION = (
    "INSERT INTO execution(id, label_no, course_id, patient_id, source_line_id, slip, group_no, entry_no, planned_on,"
    " route, fee_item_id, minutes, drops, state) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned')"
)
_PART = (
    "INSERT INTO execution_part(execution_id, line_id, line_no, drug_id, name, name_en, dose_text, units, is_own)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CLOSE_COURSE = "UPDATE execution SET state = 'closed' WHERE course_id = ? AND state = 'planned'"
_CANCEL_TESTS = "UPDATE skin_test SET state = 'cancelled' WHERE prescription_id = ? AND state IN ('ordered', 'started')"


@dataclass(frozen=True)
class Group:
    """The lines of one bottle or syringe, and the times on each day of the course."""

    number: int
    slip: str
    route: dictionaries.Route
    lines: Sequence[consultation.PrescriptionLine]
    days: list[int]


def plan_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `consultation.prescription_signed`: tests first (ST-01), then one execution a dose, and fees.

    The route says which slip and which fee (QT routes): im twice a day for 3 days is 6 injections and one fee line of
    6, unless the general treatment fee of the day pays for it already (VS-07).
    """
    sheet_id, visit_id, patient_id = event["prescription_id"], event["visit_id"], event["patient_id"]
    lines = consultation.lines_of(sheet_id)
    for line in lines:
        order_test(uow, event, line)
    groups = _groups(lines, uow.on)
    if not groups:
        return
    course_id = new_id()
    uow.execute(_COURSE, (course_id, visit_id, patient_id, sheet_id, None, uow.at))
    fees: dict[bytes, int] = {}
    bottles: set[tuple[int, int]] = set()
    covered = charging.fee_components(patient_id, uow.on)
    for group in groups:
        entry_no = 0
        for day, times in enumerate(group.days):
            for time in range(times):
                entry_no += 1
                fee = _fee_of(group, (day, time) in bottles, covered)
                if group.slip == "infusion":
                    bottles.add((day, time))
                if fee is not None:
                    fees[fee] = fees.get(fee, 0) + 1
                _plan(uow, course_id, patient_id, group, entry_no, uow.on + timedelta(days=day), fee)
    charging_services.open_lines(
        uow, visit_id, patient_id, "course", course_id, [(item, "service", item, count) for item, count in fees.items()]
    )


def plan_request(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `consultation.request_signed`: each time of a requested treatment is one execution."""
    found = requests.request(event["request_id"])
    if found is None or found.kind != "treatment":
        return
    course_id = new_id()
    uow.execute(_COURSE, (course_id, found.visit_id, found.patient_id, None, found.id, uow.at))
    for line in requests.request_lines(found.id):
        for time in range(line.quantity):
            execution_id = new_id()
            uow.execute(
                _EXECUTION,
                (execution_id, _label(uow), course_id, found.patient_id, line.id, "treatment", line.line_no, time + 1,
                 uow.on.isoformat(), "", None, None, None),
            )  # fmt: skip
            uow.execute(
                _PART, (execution_id, line.id, line.line_no, None, line.name, line.name_en, line.note, 0, 0)
            )


def close_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `consultation.prescription_voided`: nothing of it is tested, executed or charged any more."""
    sheet_id = event["prescription_id"]
    for test in queries.tests_of_sheet(sheet_id):
        charging_services.withdraw_lines(uow, "skin_test", test.id)
    uow.execute(_CANCEL_TESTS, (sheet_id,))
    found = queries.course_of_prescription(sheet_id)
    if found is not None:
        charging_services.withdraw_lines(uow, "course", found.id)
        uow.execute(_CLOSE_COURSE, (found.id,))


def close_withdrawn(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `consultation.request_withdrawn`."""
    found = queries.course_of_request(event["request_id"])
    for line_id in event["line_ids"] if found else ():
        uow.execute(
            "UPDATE execution SET state = 'closed' WHERE course_id = ? AND source_line_id = ? AND state = 'planned'",
            (found.id if found else b"", line_id),
        )


def close_refunded(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `charging.refunded`: what is not paid any more is not executed, the last days first (IN-02)."""
    for line in event["lines"]:
        charged = _executions_of(line)
        for place, one in reversed(list(enumerate(charged))):
            if one.state == "planned" and not _is_paid_for(one, charged[:place], line):
                uow.execute("UPDATE execution SET state = 'closed' WHERE id = ? AND state = 'planned'", (one.id,))
        if line["source_kind"] == "skin_test":
            uow.execute(
                "UPDATE skin_test SET state = 'cancelled' WHERE id = ? AND state = 'ordered'", (line["source_id"],)
            )


def _executions_of(line: Mapping[str, Any]) -> list[queries.Execution]:
    """The executions that a refunded charge line pays for, in the order in which they are due."""
    kind, source, of_line = line["source_kind"], line["source_id"], line["source_line_id"]
    if kind == "course":
        return [one for one in queries.executions_of_course(source) if one.fee_item_id == of_line]
    if kind == "request":
        found = queries.course_of_request(source)
        return [one for one in queries.executions_of_course(found.id) if one.source_line_id == of_line] if found else []
    found = queries.course_of_prescription(source) if kind == "prescription" else None
    if found is None:
        return []
    all_of = queries.executions_of_course(found.id)
    return [one for one in all_of if any(part.line_id == of_line for part in queries.parts_of(one.id))]


def _is_paid_for(one: queries.Execution, before: Sequence[queries.Execution], line: Mapping[str, Any]) -> bool:
    """Whether the charge line still pays for an execution and for all `before` it after this refund; the fee of one
    kind is one line, whatever group (组) it is for."""
    state = charging.line_states([line["source_id"]]).get((line["source_id"], line["source_line_id"]))
    paid = queries.paid_of(state)
    if line["source_kind"] != "prescription":
        return sum(other.state != "closed" for other in before) < paid
    return paid > 0 and queries.units_until(one, line["source_line_id"]) <= paid


def _groups(lines: Sequence[consultation.PrescriptionLine], on: date) -> list[Group]:
    routes = {one.code: one for one in dictionaries.routes()}
    frequencies = {one.code: one for one in dictionaries.frequencies()}
    together: dict[Any, list[consultation.PrescriptionLine]] = {}
    for line in lines:
        route = routes[line.route]
        if route.slip in EXECUTED_HERE or route.fee_item:
            together.setdefault(line.group_no or line.id, []).append(line)
    made = []
    for number, members in enumerate(together.values(), 1):
        first = members[0]
        often, route = frequencies[first.frequency], routes[first.route]
        days = rules.doses_by_day(
            often.times, often.cycle_days, first.days, is_single=often.is_single,
            weekdays={int(day) for day in first.weekdays}, starts_on=on,
        )  # fmt: skip
        slip = route.slip if route.slip in EXECUTED_HERE else "treatment"
        made.append(Group(number, slip, route, members, days))
    return made


def _fee_of(group: Group, is_further: bool, covered: frozenset[str]) -> bytes | None:
    code = group.route.fee_item
    if group.slip == "infusion" and is_further:
        code = group.route.next_fee_item or code
    item = dictionaries.service_by_code(code) if code and code not in covered else None
    return item.id if item is not None and not item.is_disabled else None


def _plan(
    uow: UnitOfWork, course_id: bytes, patient_id: bytes, group: Group, entry_no: int, day: date, fee: bytes | None
) -> None:
    execution_id, first = new_id(), group.lines[0]
    minutes = next((line.minutes for line in group.lines if line.minutes), None)
    drops = drops_of([line.dose_text for line in group.lines], minutes, uow.on) if group.slip == "infusion" else None
    uow.execute(
        _EXECUTION,
        (execution_id, _label(uow), course_id, patient_id, None, group.slip, group.number, entry_no, day.isoformat(),
         first.route, fee, minutes, drops),
    )  # fmt: skip
    drugs = consultation.drugs_as_signed(first.prescription_id)
    for line in group.lines:
        drug = drugs[line.id]
        units = 0 if line.is_own else rules.units_by_entry(line.quantity, sum(group.days))[entry_no - 1]
        uow.execute(
            _PART,
            (execution_id, line.id, line.line_no, line.drug_id, drug.name, drug.name_en, line.dose_text, units,
             int(line.is_own)),
        )  # fmt: skip


def _label(uow: UnitOfWork) -> str:
    series = f"{installation.current().prefix()}L{uow.on:%y%m%d}"
    return f"{series}{uow.number(f'treatments.{series}'):04d}"
