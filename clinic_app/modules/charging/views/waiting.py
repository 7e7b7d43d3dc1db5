"""Who has to pay (待收费): the page without a patient, the polled list, the card."""

import re

from flask import Response, request, url_for

from clinic_app.kernel import clock, ports
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import read_id
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.views import blueprint, pages_of
from clinic_app.web import pages
from clinic_app.web.access import access, actor

PAYMENT_NUMBER = re.compile(r"[0-9A-Za-z]{20,64}")  # longer than any visit, identity or card number


@blueprint.get("")
@access("charging.view", in_menu=True)
def pending() -> Response:
    return pages.page("charging/cashier.html", visit=None, **pages_of.left_pane(), **pages_of.last_paper())


@blueprint.get("/waiting")
@access("charging.view", is_poll=True)
def waiting() -> Response:
    """The list, filtered by what is typed; polled. A scanned slip opens its visit, and Enter the one that is left; a
    payment's number is kept."""
    on = clock.today()
    typed = request.args.get("q", "").strip()[:64]
    if PAYMENT_NUMBER.fullmatch(typed) and _chosen() is not None:
        return _list(queries.pending(on), "", reference=typed)
    found = queries.pending_matching(typed, on)
    is_chosen = typed and request.args.get("enter") == "1"
    if len(found) == 1 and (is_chosen or found[0].visit_no == typed.upper()):
        return _open(found[0])
    return _list(found, typed)


@blueprint.get("/card")
@access("charging.view")
def card() -> Response:
    """Who lies on the reader: straight to the one visit that waits, else the list of that person's."""
    reader, desk_id = ports.bound.cards, actor().desk_id
    if reader is None or desk_id is None:
        raise Refused("charging.no_reader")
    found = reader.read(desk_id)
    if found is None:
        raise Refused("charging.no_card")
    waiting = queries.pending_matching(found.number, clock.today())
    with_something = [one for one in waiting if one.sheets]
    if len(with_something) == 1:
        return _open(with_something[0])
    if not waiting:
        raise Refused("charging.card_nothing_open", name=found.name)
    return _list(waiting, found.number)


def _open(one: queries.Pending) -> Response:
    response = Response(status=204)
    response.headers["HX-Redirect"] = url_for("charging.visit", visit_id=one.visit_id)
    return response


def _list(waiting: list[queries.Pending], typed: str, reference: str = "") -> Response:
    return pages.page(
        "charging/_waiting.html", waiting=waiting, typed=typed, is_alone=True, day=clock.today().isoformat(),
        chosen=_chosen(), reference=reference,
    )  # fmt: skip


def _chosen() -> bytes | None:
    """The visit that is open beside the list."""
    return read_id(request.args.get("visit", ""))
