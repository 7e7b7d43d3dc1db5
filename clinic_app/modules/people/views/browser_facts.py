"""What this browser is: its device, its desk, and who used it lately."""

import secrets
from collections.abc import Sequence

from flask import request

from clinic_app.kernel import installation, ports
from clinic_app.kernel.ids import read_id
from clinic_app.modules.people import queries, services
from clinic_app.web import browser
from clinic_app.web.lan import is_from_lan

LATELY_COOKIE = "lately"
LAST_DESK = "last"
MOST_LATELY = 5
LOOPBACK = ("127.0.0.1", "::1")


def address() -> str:
    return request.remote_addr or "unknown"


def place() -> services.Place:
    """What guesses are counted by: the paired browser; any other by its address, which no dropped cookie changes."""
    return services.Place(address(), desk_token() if own_desk() is not None else address())


def desk_token() -> str:
    return browser.cookie(browser.DESK_COOKIE)


def own_desk() -> bytes | None:
    """The desk this browser is paired with."""
    return browser.own_desk()


def desk_choices() -> list[tuple[bytes, str]]:
    """The desks this browser may become at sign-in: only the server PC's own browser chooses; others are paired."""
    desks = ports.bound.desks
    is_this_pc = address() in LOOPBACK and not is_from_lan()
    return desks.choices() if desks is not None and is_this_pc else []


def wanted_desk(choice: str, person: queries.Person | None) -> bytes | None:
    """What the field of the desk says: a desk, LAST_DESK of the person who signs in, or none."""
    if choice == LAST_DESK:
        return queries.last_desk(person.id) if person is not None else None
    return read_id(choice)


def chosen_desk(wanted: bytes | None) -> bytes | None:
    """The desk of the session that is to begin: the chosen one where this browser may choose, else its own."""
    return wanted if wanted is not None and wanted in dict(desk_choices()) else own_desk()


def become(desk_id: bytes | None) -> None:
    """Pair this browser with the desk of a session that began; never before the secret was shown."""
    if desk_id is None or desk_id == own_desk():
        return
    token = desk_token() or secrets.token_urlsafe(24)
    assert ports.bound.desks is not None
    ports.bound.desks.pair(token, desk_id)
    browser.keep(browser.DESK_COOKIE, token, max_age=browser.YEAR)


def lately() -> list[bytes]:
    """Who signed in on this browser lately, newest first."""
    ids = (read_id(part) for part in browser.cookie(LATELY_COOKIE)[:400].split("."))
    return [one for one in ids if one is not None][:MOST_LATELY]


def remember(person_id: bytes) -> None:
    newest = list(dict.fromkeys([person_id, *lately()]))[:MOST_LATELY]
    browser.keep(LATELY_COOKIE, ".".join(one.hex() for one in newest), max_age=browser.YEAR)


def picks(scanned: queries.Person | None) -> Sequence[queries.Person]:
    """The people offered without typing: whose badge was scanned, those of this PC; in a practice clinic everybody."""
    if installation.current().is_practice:
        return queries.who_may_sign_in()
    return queries.who_may_sign_in([scanned.id, *lately()] if scanned else lately())
