"""Resident identity numbers (身份证号, GB 11643) and which documents have a check digit (ID-01 to ID-05)."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width
from clinic_app.modules.patients.rules.age import Age

MALE, FEMALE = "1", "2"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_LONGEST = 40


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document (证件类型) by its code; `is_check_tested` where the number follows GB 11643.

    `has_one_holder` is False where several people may share a number, such as a household book (ID-06).
    """

    code: str
    is_check_tested: bool = False
    has_one_holder: bool = True


DOCUMENT_KINDS = {
    kind.code: kind
    for kind in (
        DocumentKind("01", is_check_tested=True),  # 居民身份证; also permits 810000/820000/830000 and the 9-start card
        DocumentKind("02", has_one_holder=False),  # 户口簿
        DocumentKind("03"),  # 护照
        DocumentKind("04"),  # 军官证
        DocumentKind("05"),  # 驾驶证
        DocumentKind("06"),  # 港澳居民来往内地通行证
        DocumentKind("07"),  # 台湾居民来往大陆通行证
        DocumentKind("99", has_one_holder=False),  # 其他
    )
}
_HOLDERS = {"810000": "hong_kong", "820000": "macau", "830000": "taiwan"}


@dataclass(frozen=True)
class Notice:
    """Something worth a second look that stops nobody; `code` has a sentence with msgctxt "notice"."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class IdentityNumber:
    """A number that passed every test: normalised to 18 places, with what it says and what was typed."""

    number: str
    born_on: date
    sex: str
    original: str
    holder: str
    """`resident`, `hong_kong`, `macau`, `taiwan` or `foreign_permanent` (ID-05)."""
    warnings: tuple[Notice, ...] = ()


def parse_identity_number(text: str, today: date, *, field: str | None = None) -> IdentityNumber:
    """The typed number, 15 places made 18 (ID-03), with birth date and sex (codes 1 and 2).

    Refused, in this order: `patients.id_length`, `.id_characters`, `.id_birth_date`, `.id_birth_future`,
    `.id_check_digit`. A refusal never stops care: the number may be left empty (ID-02).
    """
    typed = _compact(text)
    if len(typed) not in (15, 18):
        raise Refused("patients.id_length", field=field, have=len(typed))
    _check_characters(typed, field)
    body = typed[:17] if len(typed) == 18 else f"{typed[:6]}19{typed[6:]}"
    born_on = _birth_date(body[6:14], today, field)
    expected = check_digit(body)
    if len(typed) == 18 and typed[17] != expected:
        raise Refused("patients.id_check_digit", field=field, expected=expected, found=typed[17])
    return IdentityNumber(
        number=body + expected,
        born_on=born_on,
        sex=MALE if int(body[16]) % 2 else FEMALE,
        original=text.strip(),
        holder="foreign_permanent" if body[0] == "9" else _HOLDERS.get(body[:6], "resident"),
        warnings=age_notices(born_on, today),
    )


def check_digit(body: str) -> str:
    """The 18th place for the first 17 digits: 0 to 9 or X (ID-01)."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def document_number(kind: str, text: str, today: date, *, field: str | None = None) -> str:
    """The number of any document as it is stored: tested where the kind is (ID-05), else trimmed and upper-case.

    Refused as `parse_identity_number`, `patients.document_kind`, or `patients.document_number` when the number is
    empty, longer than 40 or holds signs that cannot be printed.
    """
    if kind not in DOCUMENT_KINDS:
        raise Refused("patients.document_kind", field=field, value=excerpt(kind))
    if DOCUMENT_KINDS[kind].is_check_tested:
        return parse_identity_number(text, today, field=field).number
    number = _compact(text)
    if not 0 < len(number) <= _LONGEST or not number.isprintable():
        raise Refused("patients.document_number", field=field, value=excerpt(text), most=_LONGEST)
    return number


def age_notices(born_on: date, today: date) -> tuple[Notice, ...]:
    """A notice `patients.age_over_120` for an age that is rather a slip of the finger (ID-04)."""
    years = Age.at(born_on, today).years
    return (Notice("patients.age_over_120", {"years": years}),) if years > 120 else ()


def difference_notices(identity: IdentityNumber, born_on: date | None, sex: str | None) -> tuple[Notice, ...]:
    """What was entered and differs from the number (ID-04): the user decides, claims follow the number."""
    notices = []
    if born_on is not None and born_on != identity.born_on:
        facts = {"entered": born_on.isoformat(), "number": identity.born_on.isoformat()}
        notices.append(Notice("patients.id_birth_differs", facts))
    if sex in (MALE, FEMALE) and sex != identity.sex:
        notices.append(Notice("patients.id_says_male" if identity.sex == MALE else "patients.id_says_female", {}))
    return tuple(notices)


def _compact(text: str) -> str:
    return re.sub(r"\s", "", half_width(text)).upper()


def _check_characters(typed: str, field: str | None) -> None:
    digits = typed[:17] if len(typed) == 18 else typed
    wrong = re.search(r"[^0-9]", digits) or re.search(r"[^0-9X]", typed)
    if wrong:
        raise Refused(
            "patients.id_characters", field=field, position=wrong.start() + 1, found=excerpt(wrong[0]) or "?"
        )


def _birth_date(digits: str, today: date, field: str | None) -> date:
    shown = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        born_on = date.fromisoformat(shown)
    except ValueError:
        raise Refused("patients.id_birth_date", field=field, birth=shown) from None
    if born_on > today:
        raise Refused("patients.id_birth_future", field=field, birth=shown)
    return born_on
