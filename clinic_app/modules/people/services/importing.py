"""Import of a staff list (职工名单导入): people only, never accounts; all lines or none, told by line number."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import ROLES
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import queries, rules
from clinic_app.modules.people.services.staff import add_person

MOST_LINES = 2_000
COLUMNS = {
    "staff_no": ("工号", "staff_no"),
    "name": ("姓名", "name"),
    "title": ("职称", "岗位", "title"),
    "roles": ("角色", "roles"),
}
ROLE_WORDS = {
    "registrar": ("挂号员", "挂号"),
    "doctor": ("医师", "医生"),
    "village_doctor": ("村医", "乡村医生"),
    "nurse": ("护士", "护师"),
    "pharmacist": ("药师", "药剂师"),
    "cashier": ("收费员", "收费"),
    "manager": ("院长", "管理人员"),
    "administrator": ("管理员", "系统管理员"),
    "auditor": ("审计员", "审计"),
    "technician": ("设备员", "信息员"),
    "security_officer": ("安全员", "安全管理员"),
}
_ROLE_OF_WORD = {word: role for role, words in ROLE_WORDS.items() for word in (role, *words)}


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One line of the file as read; `line` counts from 1 with the header."""

    line: int
    staff_no: str
    name: str
    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """What would happen to a line: new, unchanged, or refused with the reason."""

    line: int
    staff_no: str
    name: str
    outcome: str
    refusal: Refused | None = None


def read_staff_list(data: bytes) -> list[StaffLine]:
    """Read CSV in UTF-8 or GB18030 with a header; refuses other files.

    Columns 工号, 姓名, 职称, 角色; several roles are separated by / or 、.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as err:
            raise Refused("people.file_not_text", field="file") from err
    if "\0" in text:
        raise Refused("people.file_not_text", field="file")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        places = {name: _column(header, words) for name, words in COLUMNS.items()}
        lines: list[StaffLine] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(lines) >= MOST_LINES:
                raise Refused("people.file_long", field="file", most=MOST_LINES)
            got = {name: cells[at].strip() if at is not None and at < len(cells) else "" for name, at in places.items()}
            roles = tuple(word.strip() for word in got.pop("roles").replace("、", "/").replace(";", "/").split("/"))
            lines.append(StaffLine(reader.line_num, **got, roles=tuple(word for word in roles if word)))
    except csv.Error as err:
        raise Refused("people.file_not_csv", field="file", line=reader.line_num) from err
    if not lines:
        raise Refused("people.file_empty", field="file")
    return lines


def _column(header: Sequence[str], words: Sequence[str]) -> int | None:
    for place, cell in enumerate(header):
        if cell.strip().lower() in words:
            return place
    if "title" in words:
        return None
    raise Refused("people.file_column", field="file", column=words[0])


def check_staff(lines: Sequence[StaffLine]) -> list[CheckedLine]:
    """Say of every line what an import would do; writes nothing."""
    seen: dict[str, int] = {}
    return [_check(line, seen) for line in lines]


def _check(line: StaffLine, seen: dict[str, int]) -> CheckedLine:
    try:
        number = rules.staff_no(line.staff_no)
        name, title = rules.person_name(line.name), rules.title(line.title)
        held = rules.roles([_ROLE_OF_WORD.get(word, word) for word in line.roles], ROLES)
        if number in seen:
            raise Refused("people.line_twice", staff_no=number, line=seen[number])
        seen[number] = line.line
        known = queries.find_by_staff_no(number)
        if known and (known.name, known.title, known.roles) != (name, title, held):
            raise Refused("people.line_differs", staff_no=number, name=known.name)
    except Refused as err:
        return CheckedLine(line.line, line.staff_no[:20], line.name[:40], "refused", err)
    return CheckedLine(line.line, number, name, "unchanged" if known else "new")


def import_staff(uow: UnitOfWork, lines: Sequence[StaffLine]) -> dict[str, Any]:
    """Add every new person of the list; a list with any refused line changes nothing, a repeated one neither.

    -> {"added", "unchanged"}; refuses with the first wrong line and how many there are.
    """
    checked = check_staff(lines)
    wrong = [one for one in checked if one.refusal]
    if wrong:
        raise Refused("people.file_refused", field="file", line=wrong[0].line, count=len(wrong))
    added = 0
    for line, result in zip(lines, checked, strict=True):
        if result.outcome == "new":
            roles = [_ROLE_OF_WORD[word] for word in line.roles]
            add_person(uow, staff_no=line.staff_no, name=line.name, title=line.title, roles=roles)
            added += 1
    uow.audit("people.import_staff", added=added, unchanged=len(lines) - added)
    return {"added": added, "unchanged": len(lines) - added}
