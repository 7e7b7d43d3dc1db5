"""Access (访问): each route states its right, its place in the menu and how it is kept from acting twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, g, request

from clinic_app.kernel import access_log, condition, ports, rights, sessions
from clinic_app.kernel.errors import Denied, Refused
from clinic_app.kernel.rights import Actor

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"  # answered without sign-in
SIGNED_IN = "signed_in"  # any signed-in person
READS, ONCE, DRAFT, SESSION = "reads", "once", "draft", "session"


@dataclass(frozen=True, slots=True)
class Access:
    """`writes`: reads (writes nothing), once (keyed command), draft (autosave by rev), session (sign-in and lock).

    `in_menu` says whether the route is a menu entry; `is_poll` that a call is no sign of a person's presence;
    `before_pairing` that a browser on the LAN may ask for it before it is a desk.
    """

    right: str
    writes: str
    in_menu: bool
    is_poll: bool
    before_pairing: bool = False


def access(
    right: str, *, writes: str = READS, in_menu: bool = False, is_poll: bool = False, before_pairing: bool = False
) -> Callable[[View], View]:
    """Declare what a view needs; a view without a declaration is never answered."""

    def mark(view: View) -> View:
        view.access = Access(right, writes, in_menu, is_poll, before_pairing)  # type: ignore[attr-defined]
        return view

    return mark


def of_endpoint(endpoint: str | None) -> Access | None:
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "access", None)


class NotSignedIn(Exception):
    """Nobody is signed in, or the session has ended."""


class Locked(Exception):
    """The screen is locked; the person must show the password or PIN."""


def check_access() -> None:
    """Before every request: unknown route is denied, then session, lock, right. Order matters: no hint to strangers."""
    if request.endpoint in (None, "static"):
        return
    wanted = of_endpoint(request.endpoint)
    if wanted is None:
        raise Denied("rights.denied")
    if wanted.right == PUBLIC:
        return
    session = g.session
    if session is None or session.actor is None:
        raise NotSignedIn
    idle_ms = current_app.config["IDLE_MS"]()
    present = not sessions.is_idle(session, idle_ms) if wanted.is_poll else sessions.touch(session, idle_ms)
    if not present and wanted.writes != SESSION:
        raise Locked
    if wanted.right != SIGNED_IN:
        rights.require(session.actor, wanted.right)
    if wanted.writes in (ONCE, DRAFT) and condition.stands(condition.READING):
        raise Refused("kernel.reading_only")


def actor() -> Actor:
    """The signed-in person of this request."""
    if g.session is None or g.session.actor is None:
        raise NotSignedIn
    return g.session.actor


def open_chart(patient_id: bytes, screen: str, *, asks: bool = True) -> None:
    """Log that this person sees this patient now; call before any patient data of a chart is shown.

    A restricted record is refused until a reason is given, unless the patient is here today. `asks` is False where the
    view has found out more closely that no reason is due: the person's own patient, work that waits at this desk.
    """
    if asks and ports.bound.chart_guard is not None:
        ports.bound.chart_guard(actor(), patient_id)
    access_log.record(actor(), patient_id, screen)
