"""Passwords, PINs, badges and one-time codes (一次性代码): set, given, replaced."""

import secrets
from typing import Any

from clinic_app.kernel import installation, parameters, search, sessions
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import queries, rules
from clinic_app.modules.people.models import Account, OneTimeCode
from clinic_app.modules.people.services import hashing

HOUR_MS = 3_600_000


def new_code() -> str:
    """A code for a slip: 8 letters and digits, about 39 bits.

    Drawn before the command, so that no stored result keeps it.
    """
    return "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LETTERS))


def set_password(uow: UnitOfWork, person_id: bytes, password: str) -> dict[str, Any]:
    """Give an account its password; any one-time code ends. Refuses weak ones, and a practice clinic's fixed one."""
    found = _open_person(person_id)
    refuse_weak(password, found.staff_no, uow, badge_no=queries.badge_of(person_id))
    store_password(uow, person_id, password)
    uow.audit("people.set_password", person_id)
    return {"person_id": person_id.hex()}


def refuse_weak(password: str, staff_no: str, uow: UnitOfWork, badge_no: str = "") -> None:
    clinic = installation.current()
    rules.check_password(
        password,
        staff_no=staff_no,
        clinic_name=clinic.clinic_name,
        words={clinic.clinic_code, badge_no, *search.term_keys(clinic.clinic_name)},
        shortest=parameters.value("people.shortest_password", uow.on),
    )


def store_password(uow: UnitOfWork, person_id: bytes, password: str) -> None:
    """Write the hash; the rules were asked before."""
    stored = hashing.hashed(password)
    known = Account.update(password_hash=stored, pin_failures=0).where(Account.person_id == person_id).execute()
    if not known:
        Account.insert(person_id=person_id, password_hash=stored, pin_failures=0, created_at=uow.at).execute()
    _end_codes(uow, person_id)


def set_pin(uow: UnitOfWork, person_id: bytes, pin: str) -> dict[str, Any]:
    """Set the six digits for quick switch (换人). Refuses repeated digits and runs."""
    _open_person(person_id)
    rules.refuse_weak_pin(pin)
    store_pin(person_id, pin)
    uow.audit("people.set_pin", person_id)
    return {"person_id": person_id.hex()}


def store_pin(person_id: bytes, pin: str) -> None:
    Account.update(pin_hash=hashing.hashed(pin), pin_failures=0).where(Account.person_id == person_id).execute()


def set_badge(uow: UnitOfWork, person_id: bytes, badge_no: str) -> dict[str, Any]:
    """Name the badge (胸牌) by which a person is found; it opens nothing without the PIN. Empty takes it away."""
    _open_person(person_id)
    number = rules.badge_no(badge_no) if badge_no.strip() else None
    if (
        number
        and uow.execute("SELECT 1 FROM account WHERE badge_no = ? AND person_id <> ?", (number, person_id)).fetchone()
    ):
        raise Refused("people.badge_taken", field="badge_no")
    if not Account.update(badge_no=number).where(Account.person_id == person_id).execute():
        raise Refused("people.no_account")
    uow.audit("people.set_badge", person_id, given=int(number is not None))
    return {"person_id": person_id.hex()}


def give_one_time_code(uow: UnitOfWork, person_id: bytes, code: str, *, is_console: bool = False) -> dict[str, Any]:
    """Begin or renew an account by a code (from `new_code`) that is valid 24 hours and leads to an own password.

    The password and PIN before it die at once, and so do the person's sessions. The code itself is never in the result.
    """
    _open_person(person_id)
    _end_codes(uow, person_id)
    if (
        not Account.update(password_hash=None, pin_hash=None, password_on=None)
        .where(Account.person_id == person_id)
        .execute()
    ):
        Account.insert(person_id=person_id, pin_failures=0, created_at=uow.at).execute()
    hours = parameters.value("people.one_time_code_hours", uow.on)
    OneTimeCode.insert(
        id=new_id(),
        person_id=person_id,
        code_hash=hashing.hashed(code),
        is_console=int(is_console),
        shown=0,
        given_by=uow.actor.person_id,
        created_at=uow.at,
        expires_at=uow.at + hours * HOUR_MS,
    ).execute()
    uow.audit("people.give_one_time_code", person_id, console=int(is_console))
    sessions.end_all_of(uow, person_id)
    return {"person_id": person_id.hex(), "hours": hours}


def reset_last_administrator(uow: UnitOfWork) -> dict[str, Any]:
    """For `clinic reset-admin` on the server PC: a one-time code for the first administrator by staff number.

    The result holds `code` in clear for the console, so it must not be run as a keyed command. The next three sign-ins
    of any administrator are told. Refuses when the clinic has no administrator.
    """
    found = queries.administrators()
    if not found:
        raise Refused("people.no_administrator")
    chosen, code = found[0], new_code()
    result = give_one_time_code(uow, chosen.id, code, is_console=True)
    uow.audit("people.reset_last_administrator", chosen.id)
    return {**result, "staff_no": chosen.staff_no, "name": chosen.name, "code": rules.code_text(code)}


def _end_codes(uow: UnitOfWork, person_id: bytes) -> None:
    OneTimeCode.update(ended_at=uow.at).where(
        (OneTimeCode.person_id == person_id) & OneTimeCode.ended_at.is_null()
    ).execute()


def _open_person(person_id: bytes) -> queries.Person:
    found = queries.person(person_id)
    if found is None:
        raise Missing("people.unknown")
    if not found.is_active:
        raise Refused("people.closed", name=found.name)
    return found


def has_practice_password(person_id: bytes) -> bool:
    """Whether an account opens with the one fixed password, which everybody knows; 30 ms."""
    found = queries.login(person_id)
    return found is not None and found.password_hash is not None and hashing.matches(
        found.password_hash, rules.PRACTICE_PASSWORD
    )
