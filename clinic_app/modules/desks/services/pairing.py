"""Pairing (配对) of a browser on the LAN with a desk: by a one-time code, ended by a person or with the desk."""

import hmac
import secrets
import threading
from typing import Any

from clinic_app.kernel import parameters, sessions
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.desks import queries, rules
from clinic_app.modules.desks.models import LanBrowser, PairingCode

MINUTE_MS = 60_000
FREE_TRIES = 5
MOST_REMEMBERED = 2_000
_lock = threading.Lock()
_wrong: dict[str, tuple[int, int]] = {}  # address: wrong codes in a row, when the last was


def new_pairing_code() -> str:
    """Drawn before the command, so that no stored result keeps it."""
    return "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))


def make_pairing_code(uow: UnitOfWork, desk_id: bytes, code: str) -> dict[str, Any]:
    """Let one browser on the LAN become this desk within minutes; an earlier code of the desk ends.
    -> {"desk_id", "expires_at"}
    """
    desk = queries.desk(desk_id)
    if desk is None or not desk.is_open:
        raise Missing("desks.no_such_desk", field="desk")
    _end_codes(uow, desk_id)
    code_id = new_id()
    expires_at = uow.at + parameters.value("desks.pairing_code_minutes", uow.on) * MINUTE_MS
    PairingCode.insert(
        id=code_id, code_hash=queries.code_hash(code_id, code), desk_id=desk_id, made_by=uow.actor.person_id,
        made_at=uow.at, expires_at=expires_at,
    ).execute()
    uow.audit("desks.make_pairing_code", desk_id)
    return {"desk_id": desk_id.hex(), "expires_at": expires_at}


def pair_by_code(typed: str, token: str, address: str, *, former: str = "") -> bytes:
    """Make the browser with this fresh random cookie the desk of an open code; returns the desk's id.

    `former` is the cookie that it had before: that pairing ends.

    Nobody is signed in, so the clinic itself stands in the trail. A wrong code is counted with its row: for its
    address, which soon must wait, and for every open code, which ends when too much else was typed.
    """
    code = rules.typed_code(typed)
    _refuse_while_waiting(address)
    with unit_of_work(SYSTEM) as uow:
        open_now = queries.open_codes(uow.at)
        found = next(
            (one for one in open_now if hmac.compare_digest(one.code_hash, queries.code_hash(one.id, code))), None
        )
        if found is not None:
            LanBrowser.update(ended_at=uow.at).where(
                LanBrowser.token_hash == queries.token_hash(former), LanBrowser.ended_at.is_null()
            ).execute()
            _pair(uow, found, token, address)
        elif open_now:
            _count_wrong(uow, open_now, address)
    if found is None and not open_now:
        raise Refused("desks.no_open_code", field="code")
    if found is None:
        _remember_wrong(address)
        raise Refused("desks.pairing_code_wrong", field="code")
    with _lock:
        _wrong.pop(address, None)
    return found.desk_id


def _pair(uow: UnitOfWork, code: queries.OpenCode, token: str, address: str) -> None:
    browser_id = new_id()
    LanBrowser.insert(
        id=browser_id, token_hash=queries.token_hash(token), desk_id=code.desk_id, address=address, paired_at=uow.at
    ).execute()
    PairingCode.update(ended_at=uow.at, browser_id=browser_id).where(PairingCode.id == code.id).execute()
    uow.audit("desks.pair_lan_browser", code.desk_id, device=address)


def _count_wrong(uow: UnitOfWork, open_now: list[queries.OpenCode], address: str) -> None:
    most = parameters.value("desks.pairing_code_tries", uow.on)
    for one in open_now:
        ended = uow.at if one.wrong + 1 >= most else None
        PairingCode.update(wrong=one.wrong + 1, ended_at=ended).where(PairingCode.id == one.id).execute()
    uow.audit("desks.pairing_failed", device=address)


def revoke_browser(uow: UnitOfWork, browser_id: bytes) -> dict[str, Any]:
    """Take a desk from a browser: it is nobody from its next request on, and who signed in there is out. -> {"desk_id"}

    Sessions belong to desks, so a colleague at another browser of the same desk signs in again too.
    """
    found = queries.lan_browser(browser_id)
    if found is None:
        raise Missing("desks.no_such_browser")
    LanBrowser.update(ended_at=uow.at).where(LanBrowser.id == browser_id).execute()
    _end_codes(uow, found.desk_id)
    sessions.end_all_at(uow, found.desk_id)
    uow.audit("desks.revoke_browser", found.desk_id, device=found.address)
    return {"desk_id": found.desk_id.hex()}


def end_all_pairings(uow: UnitOfWork) -> int:
    """End every pairing and code of the LAN, for a restored clinic: one revoked since the backup would live again."""
    PairingCode.update(ended_at=uow.at).where(PairingCode.ended_at.is_null()).execute()
    ended: int = LanBrowser.update(ended_at=uow.at).where(LanBrowser.ended_at.is_null()).execute()
    return ended


def end_lan_browsers(uow: UnitOfWork, desk_id: bytes) -> None:
    """With the desk end its browsers on the LAN, its codes and, where there was such a browser, its sessions."""
    _end_codes(uow, desk_id)
    ended = (
        LanBrowser.update(ended_at=uow.at)
        .where(LanBrowser.desk_id == desk_id, LanBrowser.ended_at.is_null())
        .execute()
    )
    if ended:
        sessions.end_all_at(uow, desk_id)


def _end_codes(uow: UnitOfWork, desk_id: bytes) -> None:
    PairingCode.update(ended_at=uow.at).where(PairingCode.desk_id == desk_id, PairingCode.ended_at.is_null()).execute()


def _refuse_while_waiting(address: str) -> None:
    """Each wrong code after the free ones costs a minute; the monotonic clock counts, so no wall clock shortens it."""
    with _lock:
        wrong, last_ms = _wrong.get(address, (0, 0))
    left = last_ms + MINUTE_MS - clock.monotonic_ms()
    if wrong >= FREE_TRIES and left > 0:
        raise Refused("desks.pairing_wait", field="code", seconds=-(-left // 1000))


def _remember_wrong(address: str) -> None:
    with _lock:
        if len(_wrong) > MOST_REMEMBERED:
            _wrong.clear()
        _wrong[address] = (_wrong.get(address, (0, 0))[0] + 1, clock.monotonic_ms())
