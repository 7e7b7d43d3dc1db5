"""What a drug row says of its use beyond dose and days: bottle group (组), own drug (自备), no skin test (免试)."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import parse_count
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import bottles
from clinic_app.modules.consultation.rules.groups import Member, check_groups, joined
from clinic_app.modules.consultation.services.lines import draft_line, touch
from clinic_app.modules.consultation.services.opening import writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries

LONGEST_SOURCE, MOST_MINUTES = 60, 24 * 60


def join_group(uow: UnitOfWork, visit_id: bytes, line_id: bytes, rev: int) -> dict[str, Any]:
    """Put a row into one bottle with the infusion row above it (成组, IN-01), or take it out when it is there already.

    Refused `consultation.group_alone` without a row above, `.group_differs` when route, frequency or days differ.
    """
    opened = writable(uow, visit_id)
    line = draft_line(visit_id, line_id)
    sheet_id = touch(uow, opened, rev)
    lines = queries.lines_of(sheet_id)
    for other, group_no in joined([_member(one) for one in lines], line.line_no).items():
        uow.execute(
            "UPDATE prescription_line SET group_no = ? WHERE prescription_id = ? AND line_no = ?",
            (group_no, sheet_id, other),
        )
    return {"line_id": line_id.hex()}


def set_use(
    uow: UnitOfWork, visit_id: bytes, line_id: bytes, rev: int, *, is_own: bool, minutes: str, untested_because: str,
    is_untested: bool,
) -> dict[str, Any]:
    """Mark a row: the patient's own drug (IN-05), minutes a bottle runs (IN-03), continued without a test (ST-05).

    Refused `consultation.test_source_missing` for the mark without the source of the earlier test.
    """
    opened = writable(uow, visit_id)
    draft_line(visit_id, line_id)
    source = one_line(untested_because, field="untested_because", most=LONGEST_SOURCE) if is_untested else ""
    if is_untested and not source:
        raise Refused("consultation.test_source_missing", field="untested_because")
    runs = parse_count(minutes, field="minutes", maximum=MOST_MINUTES) if minutes.strip() else None
    touch(uow, opened, rev)
    uow.execute(
        "UPDATE prescription_line SET is_own = ?, minutes = ?, untested_because = ? WHERE id = ?",
        (int(is_own), runs, source, line_id),
    )
    return {"line_id": line_id.hex()}


def check_sheet(lines: Sequence[queries.PrescriptionLine]) -> None:
    """Refused `consultation.group_differs` when the rows of one bottle have come to differ since they were joined."""
    check_groups([_member(one) for one in lines])


def copy_use(uow: UnitOfWork, from_line: bytes, to_line: bytes) -> None:
    """A row written anew keeps its group, own drug and minutes."""
    uow.execute(
        "UPDATE prescription_line SET (group_no, is_own, untested_because, minutes) ="
        " (SELECT group_no, is_own, untested_because, minutes FROM prescription_line WHERE id = ?) WHERE id = ?",
        (from_line, to_line),
    )


def _member(line: queries.PrescriptionLine) -> Member:
    return bottles.member_of(line, dictionaries.drug(line.drug_id))
