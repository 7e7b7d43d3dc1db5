"""Browsers on the LAN that are a desk, and the codes that may still make one."""

import hashlib
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.desks.queries.places import token_hash

_BROWSER = (
    "SELECT b.id, b.desk_id, d.name, b.address, b.paired_at,"
    " (SELECT max(s.created_at) FROM session s WHERE s.desk_id = b.desk_id)"
    " FROM lan_browser b JOIN desk d ON d.id = b.desk_id"
)


@dataclass(frozen=True, slots=True)
class LanBrowser:
    """A paired browser: where it asked from when it was paired, and when somebody last signed in at its desk."""

    id: bytes
    desk_id: bytes
    desk_name: str
    address: str
    paired_at: int
    signed_in_at: int | None


@dataclass(frozen=True, slots=True)
class OpenCode:
    id: bytes
    code_hash: bytes
    desk_id: bytes
    wrong: int


def lan_browsers() -> list[LanBrowser]:
    """Those that are paired now, the newest first."""
    return db.read(LanBrowser, f"{_BROWSER} WHERE b.ended_at IS NULL ORDER BY b.paired_at DESC LIMIT 200")


def lan_browser(browser_id: bytes) -> LanBrowser | None:
    """One that is paired now."""
    return db.read_one(LanBrowser, f"{_BROWSER} WHERE b.id = ? AND b.ended_at IS NULL", (browser_id,))


def desk_of_lan_browser(token: str) -> bytes | None:
    """The desk of the browser on the LAN that holds this cookie."""
    found: bytes | None = db.value(
        "SELECT b.desk_id FROM lan_browser b JOIN desk d ON d.id = b.desk_id"
        " WHERE b.token_hash = ? AND b.ended_at IS NULL AND d.is_open = 1",
        (token_hash(token),),
    )
    return found


def former_desk_name(token: str) -> str:
    """The desk that the browser with this cookie was until its pairing was ended; "" where it never was one."""
    return str(
        db.value(
            "SELECT d.name FROM lan_browser b JOIN desk d ON d.id = b.desk_id"
            " WHERE b.token_hash = ? AND b.ended_at IS NOT NULL",
            (token_hash(token),),
        )
        or ""
    )


def open_codes(now: int) -> list[OpenCode]:
    """The codes that may still be typed."""
    return db.read(
        OpenCode,
        "SELECT id, code_hash, desk_id, wrong FROM pairing_code WHERE ended_at IS NULL AND expires_at > ?",
        (now,),
    )


def code_hash(code_id: bytes, code: str) -> bytes:
    """What is stored of a code; it lives for minutes, so a fast hash will do."""
    return hashlib.sha256(code_id + code.encode()).digest()
