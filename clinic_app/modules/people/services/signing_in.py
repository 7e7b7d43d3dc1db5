"""Sign-in (登录), quick switch (换人), lock and unlock: compare outside the transaction, then commit how it ended."""

from dataclasses import dataclass

from clinic_app.kernel import parameters, ports, sessions
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.rights import SYSTEM, Actor
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.people import queries, rules
from clinic_app.modules.people.models import Account, OneTimeCode
from clinic_app.modules.people.services import credentials, hashing, slow_down
from clinic_app.modules.people.services.slow_down import Place

PASSWORD, CODE, PIN = "password", "code", "pin"
SIGN_INS_TOLD = 3


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its token for the cookie, who it is, and whether an own password must be set first."""

    token: str
    session: sessions.Session
    person: queries.Person
    must_set_password: bool


def sign_in(
    name: str, person: queries.Person | None, secret: str, *, place: Place, desk_id: bytes | None, language: str
) -> SignedIn:
    """Begin a session by password or one-time code.

    `name` is what was typed or picked, `person` whom it meant, None when nobody. Refuses a wrong secret and an unknown
    person with the same sentence after the same time; the failure is committed with its audit row.
    """
    how = _prove(name, person, secret, place=place, kinds=(PASSWORD, CODE), wrong="people.wrong_sign_in")
    assert person is not None
    return _begin(person, how, desk_id, language)


def switch(
    name: str, person: queries.Person | None, pin: str, *, place: Place, desk_id: bytes | None, language: str
) -> SignedIn:
    """Another person takes over this desk by PIN, in a session of its own. Only after that day's password."""
    if desk_id is None:
        raise Refused("people.desk_not_paired", next_url="/sign-in")
    _prove(name, person, pin, place=place, kinds=(PIN,), wrong="people.wrong_pin")
    assert person is not None
    return _begin(person, PIN, desk_id, language)


def unlock_session(session: sessions.Session, secret: str, *, place: Place) -> None:
    """Open the lock for the person who locked it, by password, or by PIN where one may be used."""
    person = queries.person(session.person_id) if session.person_id else None
    kinds = (PASSWORD, PIN) if session.desk_id is not None else (PASSWORD,)
    name = person.staff_no if person else ""
    _prove(name, person, secret, place=place, kinds=kinds, wrong="people.wrong_unlock")
    assert person is not None and session.actor is not None
    with unit_of_work(session.actor) as uow:
        uow.audit("people.unlocked", person.id)
    sessions.unlock(session)


def prove_again(session: sessions.Session, secret: str, *, place: Place, always: bool = False) -> None:
    """Before an act that gives others rights or takes them (OWASP ASVS 5.0, 7.5.3): the own password or PIN once more.

    Not asked again for five minutes, in this session only; `always` for a signature, which is given each time anew.
    Refuses with field `proof`.
    """
    fresh_ms = parameters.value("people.proof_minutes", today()) * 60_000
    if not always and session.proved_ms is not None and clock.monotonic_ms() - session.proved_ms < fresh_ms:
        return
    if not secret:
        raise Refused("people.prove_again", field="proof")
    person = queries.person(session.person_id) if session.person_id else None
    kinds = (PASSWORD, PIN) if session.desk_id is not None else (PASSWORD,)
    try:
        _prove(person.staff_no if person else "", person, secret, place=place, kinds=kinds, wrong="people.wrong_proof")
    except Refused as err:
        err.field = "proof"
        raise
    session.proved_ms = clock.monotonic_ms()


def lock_session(session: sessions.Session) -> None:
    """Hide everything until the password or PIN is shown (锁屏)."""
    if session.is_locked:
        return
    assert session.actor is not None
    with unit_of_work(session.actor) as uow:
        uow.audit("people.locked", session.person_id)
    sessions.lock(session)


def sign_out(session: sessions.Session) -> None:
    """End this session; the token is worth nothing from now."""
    if session.actor is not None:
        with unit_of_work(session.actor) as uow:
            uow.audit("people.signed_out", session.person_id)
    sessions.end(session)


def take_own_password(
    session: sessions.Session, password: str, pin: str | None, *, current: str | None, place: Place
) -> SignedIn:
    """The signed-in person sets the own password (and PIN) and goes on in a new session; all others end.

    `current` is None only for a person who came by a one-time code and so has no password. The password just set is
    that day's password: the PIN may be used from now.
    """
    assert session.person_id is not None and session.actor is not None
    person = queries.person(session.person_id)
    known = queries.login(session.person_id)
    if person is None or known is None:
        raise Refused("people.wrong_sign_in")
    if known.password_hash is None:
        if known.code_hash is None:
            raise Refused("people.code_over", next_url="/sign-in")
    else:
        _prove(person.staff_no, person, current or "", place=place, kinds=(PASSWORD,), wrong="people.wrong_password")
    with unit_of_work(session.actor) as uow:
        now = queries.login(person.id)
        if now is None or (now.password_hash, now.code_hash) != (known.password_hash, known.code_hash):
            # another window of the same person was faster, and its password holds
            raise Stale("people.password_just_set", next_url="/sign-in")
        credentials.set_password(uow, person.id, password)
        if pin is not None:
            credentials.set_pin(uow, person.id, pin)
        Account.update(password_on=uow.on.isoformat()).where(Account.person_id == person.id).execute()
        sessions.end_all_of(uow, person.id)
    return _begin(person, PASSWORD, session.desk_id, session.language)


def show_resets(actor: Actor) -> list[queries.ConsoleReset]:
    """What an administrator must be told at this sign-in: resets on the server PC, three sign-ins long; counts them."""
    if "administrator" not in actor.roles:
        return []
    found = queries.resets_to_show(SIGN_INS_TOLD)
    if found:
        with unit_of_work(actor) as uow:
            OneTimeCode.update(shown=OneTimeCode.shown + 1).where(
                OneTimeCode.id.in_([one.id for one in found])
            ).execute()
            uow.audit("people.told_of_reset", actor.person_id, resets=len(found))
    return found


def _prove(
    name: str, person: queries.Person | None, secret: str, *, place: Place, kinds: tuple[str, ...], wrong: str
) -> str:
    """Which of `kinds` the secret is; commits success or failure with its audit row and counts."""
    counted = slow_down.counters(person.staff_no if person else name, place)
    pause = 0
    with slow_down.attempt(counted):
        login = queries.login(person.id) if person else None
        kind, stored, typed = _compared(login, secret, kinds)
        how = kind if hashing.matches(stored, typed) else None
        with unit_of_work(SYSTEM) as uow:
            entity = person.id if person else None
            if how is None:
                slow_down.count_failure(uow, counted)
                pause = slow_down.pause_begun(counted)
                if kind == PIN:
                    Account.update(pin_failures=Account.pin_failures + 1).where(Account.person_id == entity).execute()
                uow.audit("people.sign_in_failed", entity, kind=kind, device=place.address)
            else:
                slow_down.forgive(uow, counted)
                if how == PASSWORD:
                    Account.update(pin_failures=0, password_on=uow.on.isoformat()).where(
                        Account.person_id == entity
                    ).execute()
                uow.audit("people.proved", entity, how=how, device=place.address)
    field = "pin" if kinds == (PIN,) else "password"
    if how is None and pause:
        raise Refused("people.wrong_then_wait", field=field, seconds=pause)
    if how is None:
        raise Refused(wrong, field=field)
    return how


def _compared(login: queries.Login | None, secret: str, kinds: tuple[str, ...]) -> tuple[str, str | None, str]:
    """What is tried: kind, stored hash, secret.

    Exactly one hash whatever is known of the person, so that each answer takes as long.
    """
    if PIN in kinds and (PASSWORD not in kinds or _looks_like_pin(secret)):
        return PIN, _usable_pin(login), secret
    if CODE in kinds and login is not None and login.password_hash is None:
        return CODE, login.code_hash, rules.typed_code(secret)
    return PASSWORD, login.password_hash if login else None, secret


def _looks_like_pin(secret: str) -> bool:
    plain = rules.typed_secret(secret)
    return len(plain) == rules.PIN_DIGITS and plain.isascii() and plain.isdigit()


def _usable_pin(login: queries.Login | None) -> str | None:
    """The PIN counts only on a day on which the password was shown, and until five wrong ones."""
    if login is None or login.password_on != today().isoformat() or login.pin_failures >= rules.PIN_TRIES:
        return None
    return login.pin_hash


def _begin(person: queries.Person, how: str, desk_id: bytes | None, language: str) -> SignedIn:
    token, session = sessions.start(language=language, person_id=person.id, desk_id=desk_id)
    accounts = ports.bound.accounts
    session.actor = accounts.actor(person.id, desk_id, session.id) if accounts else None
    if session.actor is None:
        sessions.end(session)
        raise Refused("people.wrong_sign_in", field="password")
    with unit_of_work(session.actor) as uow:
        uow.audit("people.signed_in", person.id, how=how)
    return SignedIn(token, session, person, how == CODE)


def end_quietly(session: sessions.Session) -> None:
    """The browser goes on in another session; the one before is worth nothing any more."""
    sessions.end(session)
