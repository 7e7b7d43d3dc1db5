"""Reads of staff and accounts."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.kept import kept
from clinic_app.kernel.rights import ROLES
from clinic_app.modules.people.rules import qualifications

_PERSON = (
    "SELECT p.id, p.staff_no, p.name, p.title,"
    " coalesce((SELECT group_concat(r.role) FROM person_role r WHERE r.person_id = p.id), ''), p.is_active"
    " FROM person p"
)


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff (职工); a closed one stays for the names on old records (PR-07)."""

    id: bytes
    staff_no: str
    name: str
    title: str
    roles: frozenset[str]
    is_active: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """A line of the staff list: `account` is none, code, expired, open or closed."""

    person: Person
    account: str
    code_expires_at: int | None
    has_pin: bool
    badge_no: str


@dataclass(frozen=True, slots=True)
class Login:
    """What sign-in compares: None where nothing is set; `code_hash` only while the code is valid."""

    person_id: bytes
    password_hash: str | None
    pin_hash: str | None
    pin_failures: int
    password_on: str | None
    code_hash: str | None


@dataclass(frozen=True, slots=True)
class ConsoleReset:
    """An administrator's password was reset on the server PC."""

    id: bytes
    person_name: str
    created_at: int


def person(person_id: bytes) -> Person | None:
    """Anybody who ever worked here."""
    return _one(db.row(f"{_PERSON} WHERE p.id = ?", (person_id,)))


def find_by_staff_no(staff_no: str) -> Person | None:
    return _one(db.row(f"{_PERSON} WHERE p.staff_no = ?", (staff_no.strip().upper(),)))


def names(ids: Iterable[bytes]) -> dict[bytes, str]:
    """Names by id, closed people included; unknown ids are left out."""
    wanted = json.dumps([one.hex() for one in set(ids)])
    return dict(db.rows("SELECT id, name FROM person WHERE id IN (SELECT unhex(value) FROM json_each(?))", (wanted,)))


def people_of_role(role: str) -> list[Person]:
    """Active people with a role, by staff number."""
    sql = f"{_PERSON} WHERE p.is_active = 1 AND p.id IN (SELECT person_id FROM person_role WHERE role = ?)"
    return [_person(found) for found in db.rows(f"{sql} ORDER BY p.staff_no", (role,))]


def who_may_sign_in(ids: Iterable[bytes] | None = None) -> list[Person]:
    """Active people with an open account: all by staff number, or those of `ids` in that order."""
    sql = f"{_PERSON} JOIN account a ON a.person_id = p.id WHERE p.is_active = 1 AND a.closed_at IS NULL"
    if ids is None:
        return [_person(found) for found in db.rows(f"{sql} ORDER BY p.staff_no")]
    wanted = list(dict.fromkeys(ids))
    by_id = f"{sql} AND p.id IN (SELECT unhex(value) FROM json_each(?))"
    found = {row[0]: _person(row) for row in db.rows(by_id, (json.dumps([one.hex() for one in wanted]),))}
    return [found[one] for one in wanted if one in found]


def find_for_sign_in(typed: str) -> Person | None:
    """The person of a typed staff number or a scanned badge, with an open account."""
    sql = f"{_PERSON} JOIN account a ON a.person_id = p.id WHERE p.is_active = 1 AND a.closed_at IS NULL"
    wanted = typed.strip().upper()
    return _one(db.row(f"{sql} AND (p.staff_no = ? OR a.badge_no = ?)", (wanted, wanted)))


def find_by_badge(badge_no: str) -> Person | None:
    """Whose badge this is, with an open account; a badge finds a person and opens nothing."""
    sql = f"{_PERSON} JOIN account a ON a.person_id = p.id WHERE p.is_active = 1 AND a.closed_at IS NULL"
    return _one(db.row(f"{sql} AND a.badge_no = ?", (badge_no,)))


def badge_of(person_id: bytes) -> str:
    return db.value("SELECT badge_no FROM account WHERE person_id = ?", (person_id,)) or ""


def login(person_id: bytes) -> Login | None:
    """The credentials of an open account, else None."""
    return db.read_one(
        Login,
        "SELECT a.person_id, a.password_hash, a.pin_hash, a.pin_failures, a.password_on,"
        " (SELECT c.code_hash FROM one_time_code c WHERE c.person_id = a.person_id AND c.ended_at IS NULL"
        " AND c.expires_at > ?)"
        " FROM account a JOIN person p ON p.id = a.person_id"
        " WHERE a.person_id = ? AND a.closed_at IS NULL AND p.is_active = 1",
        (clock.read().at, person_id),
    )


def staff() -> list[Staff]:
    """Everybody, active people first, by staff number."""
    now = clock.read().at
    rows = db.rows(
        "SELECT p.id, p.staff_no, p.name, p.title,"
        " coalesce((SELECT group_concat(r.role) FROM person_role r WHERE r.person_id = p.id), ''), p.is_active,"
        " a.person_id IS NOT NULL, a.password_hash IS NOT NULL, c.expires_at, a.pin_hash IS NOT NULL,"
        " coalesce(a.badge_no, '')"
        " FROM person p LEFT JOIN account a ON a.person_id = p.id"
        " LEFT JOIN one_time_code c ON c.person_id = p.id AND c.ended_at IS NULL"
        " ORDER BY p.is_active DESC, p.staff_no"
    )
    return [
        Staff(_person(row[:6]), _account_state(row[5], row[6], row[7], row[8], now), row[8], bool(row[9]), row[10])
        for row in rows
    ]


def _account_state(is_active: int, has_account: int, has_password: int, code_expires_at: int | None, now: int) -> str:
    if not is_active:
        return "closed"
    if not has_account:
        return "none"
    if has_password:
        return "open"
    return "code" if code_expires_at is not None and code_expires_at > now else "expired"


def staff_member(person_id: bytes) -> Staff | None:
    return next((one for one in staff() if one.person.id == person_id), None)


def account_uses() -> list[tuple[bytes, str, int, int, str | None]]:
    """(id, staff number, made at, last used at or 0, password set on or None) of every open account, ms UTC."""
    return db.rows(
        "SELECT p.id, p.staff_no, a.created_at, coalesce(s.used, 0), a.password_on FROM account a"
        " JOIN person p ON p.id = a.person_id LEFT JOIN (SELECT person_id, max(created_at) AS used FROM session"
        " GROUP BY 1) s ON s.person_id = p.id WHERE a.closed_at IS NULL AND p.is_active = 1 ORDER BY p.staff_no"
    )


def administrators() -> list[Person]:
    """Active administrators with an open account, by staff number."""
    return [found for found in who_may_sign_in() if "administrator" in found.roles]


def prescribers() -> list[Person]:
    """Active doctors and village doctors, by staff number."""
    found = {one.staff_no: one for role in ("doctor", "village_doctor") for one in people_of_role(role)}
    return [found[number] for number in sorted(found)]


@dataclass(frozen=True, slots=True)
class QualificationRow:
    """A qualification as recorded (资格); `ended_at` once it was taken back."""

    id: int
    held: qualifications.Held
    document_no: str
    ended_at: int | None


@kept("qualification")
def qualifications_of(person_id: bytes) -> tuple[QualificationRow, ...]:
    """All that was ever recorded for a person, standing ones first, the newest first."""
    rows = db.rows(
        "SELECT id, kind, level, valid_from, valid_to, document_no, ended_at FROM qualification WHERE person_id = ?"
        " ORDER BY ended_at IS NOT NULL, valid_from DESC, id DESC",
        (person_id,),
    )
    return tuple(
        QualificationRow(
            one, qualifications.Held(kind, level, date.fromisoformat(first), last and date.fromisoformat(last)), no, end
        )
        for one, kind, level, first, last, no, end in rows
    )


def qualification(person_id: bytes, on: date) -> qualifications.Qualification:
    """What the person may do by certificate on a day (SF-02)."""
    standing = (one.held for one in qualifications_of(person_id) if one.ended_at is None)
    return qualifications.on_day(standing, on, parameters.value("people.grace_days", on))


def last_desk(person_id: bytes) -> bytes | None:
    """The desk of the person's newest session that had one."""
    found: bytes | None = db.value(
        "SELECT desk_id FROM session WHERE person_id = ? AND desk_id IS NOT NULL ORDER BY created_at DESC LIMIT 1",
        (person_id,),
    )
    return found


def failures(key: bytes) -> int:
    return db.value("SELECT failures FROM sign_in_failure WHERE key = ?", (key,)) or 0


def resets_to_show(most: int) -> list[ConsoleReset]:
    """Console resets that fewer than `most` administrators' sign-ins have told of."""
    return db.read(
        ConsoleReset,
        "SELECT c.id, p.name, c.created_at FROM one_time_code c JOIN person p ON p.id = c.person_id"
        " WHERE c.is_console = 1 AND c.shown < ? ORDER BY c.created_at",
        (most,),
    )


def _one(found: tuple[object, ...] | None) -> Person | None:
    return _person(found) if found else None


def _person(found: tuple[object, ...]) -> Person:
    held = frozenset(str(found[4]).split(",")) & frozenset(ROLES)
    return Person(found[0], found[1], found[2], found[3], held, bool(found[5]))  # type: ignore[arg-type]
