"""Finding a person (找患者) by name, initials, number, card or phone.

Every source is a range of a b-tree, bounded before anything is sorted, so a clinic of a million people is searched as
fast as a new one.
"""

import re
from dataclasses import dataclass, replace

from clinic_app.kernel import db, installation
from clinic_app.kernel.clock import today
from clinic_app.kernel.quantity import half_width
from clinic_app.kernel.search import normal, prefix_range, spelled
from clinic_app.modules.patients.queries.links import RESTRICTED, survivor
from clinic_app.modules.patients.queries.records import IDENTITY, MERGED_INTO
from clinic_app.modules.patients.rules.masking import mask_identity_number, mask_name, mask_phone

CANDIDATES = 100
"""Rows taken from each range before sorting by the newest visit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One found person. `also_no` is the number of a merged record that was found in its place.

    `is_restricted` asks for a masked name and no address in every search (限制查阅): who the person is, their own
    card or number tells.
    """

    id: bytes
    person_no: str
    name: str
    sex: str
    born_on: str | None
    is_birth_estimated: bool
    phone: str
    address: str
    identity_number: str
    allergy_state: str
    last_visit_on: str | None
    merged_into: bytes | None
    is_restricted: bool
    also_no: str = ""

    @property
    def name_masked(self) -> str:
        """For lists outside the care team (PR-03)."""
        return mask_name(self.name)

    @property
    def identity_masked(self) -> str:
        return mask_identity_number(self.identity_number) if self.identity_number else ""

    @property
    def phone_masked(self) -> str:
        return mask_phone(self.phone) if self.phone else ""


_COLUMNS = (
    "p.id, p.person_no, p.name, p.sex, p.born_on, p.is_birth_estimated, p.phone, p.address,"
    f" {IDENTITY}, p.allergy_state, p.last_visit_on, {MERGED_INTO}, {RESTRICTED}"
)
_BY_NAME = (
    "SELECT patient_id, key = :exact AS is_exact FROM name_key WHERE key >= :low AND key < :below"
    f" ORDER BY key, patient_id DESC LIMIT {CANDIDATES}"
)
_BY_SPELLING = (
    "SELECT patient_id, key = :spelled AS is_exact FROM name_key WHERE key >= :spelled AND key < :spelled_below"
    f" ORDER BY key, patient_id DESC LIMIT {CANDIDATES}"
)
_BY_VALUE = (
    "SELECT patient_id, value = :upper AS is_exact FROM patient_identifier"
    " WHERE value >= :upper AND value < :upper_below AND ended_at IS NULL"
    f" ORDER BY value LIMIT {CANDIDATES}"
)
# Accounts keep the case they were typed in; documents and cards are stored in capitals.
_BY_ACCOUNT = (
    "SELECT patient_id, value = :account COLLATE NOCASE AS is_exact FROM patient_identifier"
    " WHERE value COLLATE NOCASE >= :account AND value COLLATE NOCASE < :account_below AND ended_at IS NULL"
    f" AND kind IN ('wechat', 'alipay') ORDER BY value COLLATE NOCASE LIMIT {CANDIDATES}"
)
_BY_TAIL = (
    "SELECT patient_id, 0 AS is_exact FROM patient_identifier WHERE tail >= :tail AND tail < :tail_below"
    f" AND ended_at IS NULL AND kind = '01' ORDER BY tail LIMIT {CANDIDATES}"
)
_BY_PHONE = (
    "SELECT id, phone = :exact AS is_exact FROM patient WHERE phone <> '' AND phone >= :low AND phone < :below"
    f" ORDER BY phone LIMIT {CANDIDATES}"
)
_BY_NUMBER = (
    "SELECT id, 1 AS is_exact FROM patient WHERE person_no >= :number AND person_no < :number_below"
    f" ORDER BY person_no LIMIT {CANDIDATES}"
)


def _statement(*sources: str) -> str:
    found = " UNION ALL ".join("SELECT * FROM (" + source + ")" for source in sources)
    return (
        "WITH found(id, is_exact) AS (" + found + "),"
        " best(id, is_exact) AS (SELECT id, max(is_exact) FROM found GROUP BY id)"
        f" SELECT {_COLUMNS} FROM best JOIN patient p ON p.id = best.id"
        " ORDER BY best.is_exact DESC, p.last_visit_on DESC, p.id DESC LIMIT :limit"
    )


_DIGITS = _statement(_BY_VALUE, _BY_ACCOUNT, _BY_TAIL, _BY_PHONE, _BY_NUMBER)
_MIXED = _statement(_BY_NAME, _BY_VALUE, _BY_ACCOUNT, _BY_NUMBER)
_LATIN = _statement(_BY_NAME, _BY_SPELLING, _BY_ACCOUNT)
_LETTERS = _statement(_BY_NAME, _BY_SPELLING)
_NAMES = _statement(_BY_NAME)
_SCANNED = (
    "SELECT patient_id FROM patient_identifier WHERE value IN (:value, :plain) AND ended_at IS NULL"
    " UNION SELECT id FROM patient WHERE person_no = :value"
)
_ONE = f"SELECT {_COLUMNS} FROM patient p WHERE p.id = ?"
_LONGEST_SERIAL, _LEAST_DIGITS, _LEAST_ACCOUNT = 7, 3, 6


def search(text: str, limit: int = 8) -> list[Hit]:
    """People found by name, pinyin initials or spelling, identity number or its last 4 to 6, phone, person number,
    card, account.

    Exact matches first, then the newest visit. A merged record shows the one that goes on, with `also_no` (ID-09). A
    restricted record of somebody who is not here today is masked, whoever searches.
    """
    typed = normal(text)
    if not typed:
        return []
    digits = re.sub(r"[\s-]", "", typed)
    if re.fullmatch(r"[0-9]+x?", digits):
        found = _by_digits(digits, limit)
    elif typed.isascii() and any(letter.isdigit() for letter in typed):
        bounds = {**_bounds(typed), **_upper(typed), **_number(typed.upper()), **_account(typed)}
        found = db.read(Hit, _MIXED, {**bounds, "limit": limit})
    elif typed.isascii() and len(typed) >= _LEAST_ACCOUNT:
        found = db.read(Hit, _LATIN, {**_bounds(typed), **_spelling(typed), **_account(typed), "limit": limit})
    elif spelled(typed):
        found = db.read(Hit, _LETTERS, {**_bounds(typed), **_spelling(typed), "limit": limit})
    else:
        found = db.read(Hit, _NAMES, {**_bounds(typed), "limit": limit})
    return _survivors(found)


def scanned(text: str) -> list[bytes]:
    """Who goes on for exactly this card, document or person number; the beginning of a longer number is nobody's."""
    typed = normal(text)
    if not typed:
        return []
    found = db.rows(_SCANNED, {"value": typed.upper(), "plain": half_width(text).strip()})
    return sorted({survivor(row[0]) for row in found})


def hit(patient_id: bytes) -> Hit | None:
    """One person as a search shows them."""
    return db.read_one(Hit, _ONE, (patient_id,))


def _by_digits(digits: str, limit: int) -> list[Hit]:
    none = ("", "")
    if len(digits) == 15:  # an old paper's number is found as the 18 places it became (ID-03)
        found = db.read(Hit, _DIGITS, {**_digit_bounds(f"{digits[:6]}19{digits[6:]}", none), "limit": limit})
        if found:
            return found
    tail = prefix_range(digits[::-1].upper()) if 4 <= len(digits) <= 6 else none
    return db.read(Hit, _DIGITS, {**_digit_bounds(digits, tail), "limit": limit})


def _digit_bounds(digits: str, tail: tuple[str, str]) -> dict[str, str]:
    long_enough = len(digits) >= _LEAST_DIGITS
    bounds = {**(_bounds(digits) if long_enough else _bounds("")), **(_upper(digits) if long_enough else _upper(""))}
    serial = digits.isdecimal() and len(digits) <= _LONGEST_SERIAL
    number = _of_serial(int(digits)) if serial else ""
    return {**bounds, **_account(digits), **_number(number), "tail": tail[0], "tail_below": tail[1]}


def _of_serial(serial: int) -> str:
    """The person number of a serial: serials go on over a restore, what stands before them changes with the epoch."""
    *former, newest = (f"{prefix}P{serial:07d}" for prefix in installation.current().prefixes())
    given = (number for number in former if db.value("SELECT 1 FROM patient WHERE person_no = ?", (number,)))
    return next(given, newest)


def _bounds(text: str) -> dict[str, str]:
    low, below = prefix_range(text)
    return {"exact": text, "low": low, "below": below}


def _spelling(text: str) -> dict[str, str]:
    low, below = prefix_range(spelled(text))
    return {"spelled": low, "spelled_below": below}


def _upper(text: str) -> dict[str, str]:
    low, below = prefix_range(text.upper())
    return {"upper": low, "upper_below": below}


def _account(text: str) -> dict[str, str]:
    """An account from its sixth sign on, so that initials find people by their names alone."""
    low, below = prefix_range(text if len(text) >= _LEAST_ACCOUNT else "")
    return {"account": low, "account_below": below}


def _number(text: str) -> dict[str, str]:
    low, below = prefix_range(text)
    return {"number": low, "number_below": below}


def _survivors(found: list[Hit]) -> list[Hit]:
    shown: dict[bytes, Hit] = {}
    for one in found:
        if one.merged_into is None:
            shown.setdefault(one.id, one)
            continue
        going_on = hit(survivor(one.id))
        if going_on is not None:
            shown[going_on.id] = replace(shown.get(going_on.id, going_on), also_no=one.person_no)
    return [covered(one) for one in shown.values()]


def covered(found: Hit) -> Hit:
    """What may be seen without a reason: of a restricted record enough to tell it from others, else all of it."""
    if not found.is_restricted or found.last_visit_on == today().isoformat():
        return found
    return replace(
        found, name=found.name_masked, phone=found.phone_masked, identity_number=found.identity_masked, address="",
        born_on=None, allergy_state="unknown",
    )  # fmt: skip
