"""The call screen (叫号屏) for a television: number, masked name and room; no sign-in, but only on a paired desk."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Denied
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import forms, queries
from clinic_app.modules.visits.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import PUBLIC, access
from clinic_app.web.browser import own_desk

JUST_NOW_MS = 15_000


@blueprint.get("/screen")
@access(PUBLIC)
def call_screen() -> Response:
    """The whole screen; `?room=` shows one room, `?bell=1` rings at each new call."""
    _paired()
    return pages.page("visits/call_screen.html", **_values())


@blueprint.get("/screen/rows")
@access(PUBLIC)
def call_screen_rows() -> Response:
    """Its inside alone, every few seconds."""
    _paired()
    return pages.page("visits/_call_screen.html", **_values())


def _paired() -> None:
    """Denied for a browser that is no desk of this clinic: what it shows is for the waiting room only."""
    if own_desk() is None:
        raise Denied("visits.screen_not_paired")


def _values() -> dict[str, Any]:
    asked, bell = request.args.get("room", ""), request.args.get("bell") == "1"
    room = forms.Arrival(room=asked).room_id
    on, now = clock.today(), clock.clock.read().at
    called = queries.called_now(on, room)
    return {
        "called": [(one, patients.mask_name(one.name)) for one in called], "now": now,
        "waiting": queries.waiting_numbers(on, room), "room": room.hex() if room else "", "bell": bell,
        "rings": bell and bool(called) and now - called[0].called_at < JUST_NOW_MS,
    }  # fmt: skip
