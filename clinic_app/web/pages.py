"""Answers: pages, fragments, redirects and the events that htmx passes to the browser."""

import json
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request

from clinic_app.web.access import actor

TAKEN = frozenset({"menu", "chips", "clinic", "me", "lang", "toast"})
"""Names that `context.py` gives to the frame of every page: a value of that name would stand in the top bar."""


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page, or a fragment when the template is one (its name begins with `_`).

    Raises ValueError for a value that would hide one of the frame (`TAKEN`); so does `answer`.
    """
    return make_response(_drawn(template, values), status)


def answer(
    template: str, *, status: int = 200, events: tuple[str, ...] = (), focus: str = "", toast: str = "", **values: Any
) -> Response:
    """A fragment with what the browser should do after the swap: raise events, move focus, show a toast."""
    response = make_response(_drawn(template, values), status)
    if events or toast:
        # The toast first: `dialogClose` takes the element away that the later events would rise from.
        told: dict[str, Any] = {"toast": toast} if toast else {}
        told |= {event: True for event in events}
        response.headers["HX-Trigger"] = json.dumps(told)
    if focus:
        response.headers["HX-Trigger-After-Settle"] = json.dumps({"focus": focus})
    return response


def _drawn(template: str, values: dict[str, Any]) -> str:
    if hidden := sorted(TAKEN & values.keys()):
        raise ValueError(f"{template} would hide {', '.join(hidden)} of the page's frame: name the value otherwise")
    g.is_piece = template.rpartition("/")[2].startswith("_")
    return render_template(template, **values)


def see(url: str, toast: str = "") -> Response:
    """After a command: show `url` (303), and there say `toast` once."""
    if toast:
        g.session.toast = toast
    return redirect(url, 303)


def wants_fragment() -> bool:
    """Whether htmx asks for a piece of the page rather than for the page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")


def me_may(right: str) -> bool:
    return actor().may(right)
