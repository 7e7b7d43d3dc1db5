"""What the cashier's page is made of, whoever is chosen on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, jobs
from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.ids import read_id
from clinic_app.modules.charging import documents, queries
from clinic_app.modules.charging.views import words
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import actor, open_chart


def left_pane(chosen: bytes | None = None) -> dict[str, Any]:
    """The list of those who wait, and who is next after the chosen one."""
    on = clock.today()
    waiting = queries.pending(on)
    return {
        "waiting": waiting, "chosen": chosen, "typed": "", "day": on.isoformat(),
        "done": queries.charged_today(on, own_cashier()), "next": following(waiting, chosen),
        "before": following(list(reversed(waiting)), chosen) if chosen else None,
    }  # fmt: skip


def own_cashier() -> bytes | None:
    """The cashier whose bills are counted: the manager sees everybody's."""
    return actor().person_id if actor().may("charging.charge") else None


def following(
    waiting: list[queries.Pending], chosen: bytes | None, *, seen_only: bool = False
) -> queries.Pending | None:
    """The next one with something to pay after the chosen one, then from the top; `seen_only` skips who still waits for
    the doctor or is with one: more may come to that bill."""
    ids = [one.visit_id for one in waiting]
    after = ids.index(chosen) + 1 if chosen in ids else 0
    return next(
        (
            one
            for one in waiting[after:] + waiting[:after]
            if one.sheets and one.visit_id != chosen and not (seen_only and one.visit_state != "finished")
        ),
        None,
    )


def last_paper() -> dict[str, Any]:
    """The cashier's newest receipt of the day and its paper, for F8 and the print status."""
    bill = queries.last_bill_of(actor().person_id, clock.today()) if actor().may("charging.charge") else None
    return {
        "last": bill, "last_job": jobs.of_document(documents.RECEIPT, bill.id) if bill else None,
        "last_owed_fen": queries.outstanding(bill.root_id or bill.id) if bill else 0,
    }  # fmt: skip


def banner_of(visit: visits.QueueRow, screen: str) -> patients.Banner | None:
    """The patient banner of a visit; the reading is logged before anything is shown."""
    open_chart(visit.patient_id, screen)
    banner = patients.banner(visit.patient_id, clock.today())
    if banner is None:
        return None
    place = " ".join(part for part in (visit.room_name, visit.doctor_name) if part)
    tag = {"text": words.payer(visit.payer), "kind": words.TAG_OF_PAYER.get(visit.payer, ""),
           "icon": "shield" if visit.payer in words.BY_INSURER else ""}  # fmt: skip
    return replace(banner, queue_no=visit.queue_no, visit_no=visit.visit_no, tags=(tag, place))  # type: ignore[arg-type]


def go(url: str, toast: str = "") -> Response:
    """Show another page, from a form or from a dialog that htmx posted."""
    answer = pages.see(url, toast)
    if not pages.wants_fragment():
        return answer
    response = Response(status=204)
    response.headers["HX-Redirect"] = url
    return response


def bill_or_missing(bill_id: bytes) -> queries.Bill:
    found = queries.bill(bill_id)
    if found is None:
        raise Missing("charging.bill_missing")
    return found


def shift_or_missing(shift_id: bytes) -> queries.Shift:
    found = queries.shift(shift_id)
    if found is None:
        raise Missing("charging.shift_missing")
    return found


def dialog_again(err: Stale, template: str, values: Callable[[], dict[str, Any]]) -> Response:
    """The dialog of a close drawn again with the sums as they are now and what was typed, when they changed under it;
    any other staleness is told as everywhere."""
    if err.code != "charging.shift_changed" or not pages.wants_fragment():
        raise err
    response = pages.answer(template, status=409, **{**values(), "wrong": sentence(err)})
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def came_from(default: str) -> str:
    """Back to the visit the cashier was on, where the form says so."""
    visit_id = read_id(request.form.get("visit", ""))
    return url_for("charging.visit", visit_id=visit_id) if visit_id else default
