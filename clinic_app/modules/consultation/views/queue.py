"""The room's queue (候诊) and calling the next patient."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services as visit_services
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

WAITING = ("registered", "called")


@dataclass(frozen=True)
class Line:
    """One patient of the queue as drawn."""

    row: visits.QueueRow
    name: str
    who: str
    minutes: int
    is_mine: bool
    is_waiting: bool
    fever: str = ""
    is_exposed: bool = False

    @property
    def element_id(self) -> str:
        """Of today's by its number; one left open on an earlier day may have the same."""
        return f"q-{self.row.queue_no}" if self.row.on == clock.today().isoformat() else f"q-{self.row.visit_no}"


def queue_context(room_id: bytes | None, current: bytes | None = None, done: bool = False) -> dict[str, Any]:
    """What `_queue.html` draws: who waits or is being seen, or with `done` who was seen today; where no visit is open
    beside it, first what the doctor left open before midnight."""
    on, me = clock.today(), actor()
    rows = visits.queue(room_id, on)
    seen = [row for row in rows if row.state == "finished" and not row.returned_at]
    waiting = [row for row in rows if row.state != "finished" or row.returned_at]
    is_masked = not me.roles & CARE_TEAM  # PR-03
    waiting.sort(key=lambda row: (*_standing(row, me.person_id), row.stands))
    line = [row for row in waiting if row.is_next_in_line]
    left = [] if done or current or not me.may("consultation.write") else visits.left_open(me.person_id, on)
    shown = sorted(seen, key=lambda row: -(row.finished_at or 0)) if done else [*left, *waiting]
    fever, triages = parameters.value("visits.fever_tenths", on), visits.triage_of(row.visit_id for row in shown)
    return {
        "lines": [
            Line(
                row, patients.mask_name(row.name) if is_masked else row.name, _who(row, on), row.waited_ms // 60_000,
                row.doctor_id == me.person_id,
                row.state in WAITING or bool((row.returned_at or row.away_at) and row.doctor_id == me.person_id),
                *_found_at_triage(triages.get(row.visit_id), fever),
            )
            for row in shown
        ],
        "waiting": sum(row.state in WAITING for row in rows), "seen": len(seen), "done": done, "room_id": room_id,
        "next_up": next((f"{row.queue_no}-{row.mark}" for row in line), "0"),
        "today_text": on.isoformat(), "current": current, "opener": me.person_id.hex()[:8],
        "may_write": me.may("consultation.write"),
    }  # fmt: skip


def _found_at_triage(found: visits.Triage | None, fever_tenths: int) -> tuple[str, bool]:
    """The temperature of somebody with fever, and whether a question of triage was answered with yes."""
    if found is None:
        return "", False
    return found.temperature if found.has_fever(fever_tenths) else "", bool(found.exposures)


def _standing(row: visits.QueueRow, me: bytes) -> tuple[bool, int]:
    """Mine first: inside, back with results, the line, away for results; who missed a call stands last."""
    if row.passed_at is not None:
        return True, 9
    if row.returned_at is not None:
        return row.doctor_id != me, 1
    if row.away_at is not None:
        return row.doctor_id != me, 4
    return row.doctor_id != me, {"in_consultation": 0, "called": 2, "registered": 3}[row.state]


def _who(row: visits.QueueRow, on: date) -> str:
    age = patients.age_text(row.born_on, on, is_estimated=row.is_birth_estimated)
    return f"{patients.sex_text(row.sex)} {age}"


def room_of_desk() -> bytes | None:
    """The room asked for, else that of this desk, else None: the patients of all rooms."""
    asked = request.values.get("room", "")
    if asked == "all":
        return None
    if asked:
        room = desks.room(forms.id_of(asked))
        if room is None:
            raise Missing("visits.room_missing")
        return room.id
    desk_id = actor().desk_id
    desk = desks.desk(desk_id) if desk_id else None
    return desk.room_id if desk else None


@blueprint.get("")
@access("consultation.view", in_menu=True)
def queue() -> Response:
    room_id = room_of_desk()
    me, on = actor(), clock.today()
    sheets = queries.signed_today(on, me.person_id)
    names = patients.names({one.patient_id for one in sheets[:12]})
    last = sheets[0].visit_id if sheets else None
    return pages.page(
        "consultation/queue.html", rooms=desks.rooms(), sheets=sheets[:12], names=names, last_visit=last,
        **queue_context(room_id),
    )  # fmt: skip


@blueprint.get("/queue")
@access("consultation.view", is_poll=True)
def queue_pane() -> Response:
    """The queue alone: polled, and for its two tabs."""
    current = request.args.get("visit", "")
    return pages.page(
        "consultation/_queue.html",
        **queue_context(room_of_desk(), forms.id_of(current) if current else None, request.args.get("list") == "done"),
    )


@blueprint.post("/next")
@access("consultation.write", writes=ONCE)
def call_next() -> Response:
    known_fields("room")
    room_id = room_of_desk()
    outcome = command(lambda uow: services.call_next(uow, room_id))
    return pages.see(url_for("consultation.visit", visit_id=bytes.fromhex(outcome.result["visit_id"])))


@blueprint.post("/call")
@access("consultation.write", writes=ONCE)
def call_only() -> Response:
    """Call who is next without opening (叫号), or call the one already called once more."""
    known_fields("room")
    room_id = room_of_desk()
    outcome = command(lambda uow: services.call_only(uow, room_id))
    return pages.see(_own_queue(), _("%(number)d 号叫了") % {"number": outcome.result["queue_no"]})


@blueprint.post("/pass")
@access("consultation.write", writes=ONCE)
def pass_called() -> Response:
    """Nobody came to the call (过号)."""
    known_fields("room")
    room_id = room_of_desk()
    outcome = command(lambda uow: services.pass_called(uow, room_id))
    return pages.see(_own_queue(), _("%(number)d 号过号，来了再排队") % {"number": outcome.result["queue_no"]})


@blueprint.post("/visits/<id:visit_id>/<any(absent, away):action>")
@access("consultation.write", writes=ONCE)
def leave(visit_id: bytes, action: str) -> Response:
    """The patient did not come in after all (过号), or goes for results (去检查)."""
    known_fields("request_rev", *forms.ITEM_FIELDS)
    if action == "absent":
        number = command(lambda uow: visit_services.pass_visit(uow, visit_id)).result["queue_no"]
        return pages.see(url_for("consultation.queue"), _("%(number)d 号过号，来了再排队") % {"number": number})
    forms.refuse_unstored_item(request.form)
    rev = forms.rev_of(request.form, "request_rev") if "request_rev" in request.form else None
    made = command(lambda uow: services.send_for_results(uow, visit_id, rev)).result
    told = _("%(number)d 号去检查，回来还到这里看") % {"number": made["queue_no"]}
    return pages.see(url_for("consultation.queue"), sent_text(made["requests"]) if made["requests"] else told)


def sent_text(numbers: list[str]) -> str:
    """What is said when somebody goes for results with requests."""
    return _("申请 %(numbers)s 送出去了，患者先收费再去检查，回来还到这里看") % {"numbers": words.listed(numbers)}


def _own_queue() -> str:
    return url_for("consultation.queue", room=request.values.get("room") or None)
