"""The screen of the pharmacy (发药): queue, lines by shelf with their batches, review, hand out (mock 05)."""

from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, outbox, parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.pharmacy import forms, queries, rules, services
from clinic_app.modules.pharmacy.queries import Line, Sheet, words
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import found_sheet, open_sheet_chart
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/")
@access("pharmacy.view", in_menu=True)
def index() -> Response:
    """The next sheet to hand out, or an empty page that says that nobody waits."""
    waiting = queries.waiting(clock.today())
    if not waiting:
        return pages.page("pharmacy/index.html", **_queue_values(waiting, None), sheet=None)
    return _page(found_sheet(waiting[0].prescription_id), waiting)


@blueprint.get("/sheets/<id:prescription_id>")
@access("pharmacy.view")
def sheet(prescription_id: bytes) -> Response:
    """One sheet: to hand out, handed out already, or refused with the reason."""
    return _page(found_sheet(prescription_id), queries.waiting(clock.today()))


@blueprint.get("/queue")
@access("pharmacy.view", is_poll=True)
def queue() -> Response:
    """The queue alone, polled; `at` is the sheet on the screen."""
    at = request.args.get("at", "")
    return pages.page("pharmacy/_queue.html", **_queue_values(queries.waiting(clock.today()), at))


@blueprint.get("/find")
@access("pharmacy.view")
def find() -> Response:
    """Sheets by sheet, receipt or visit number, queue number or name (F2)."""
    typed = request.args.get("q", "")
    return pages.page("pharmacy/_found.html", found=queries.find(typed[:60], clock.today()), typed=typed[:60])


@blueprint.get("/open")
@access("pharmacy.view")
def open_sheet() -> Response:
    """A scanned sheet, receipt or visit number opens its sheet."""
    typed = request.args.get("q", "")[:60]
    found = queries.find(typed, clock.today())
    if len(found) != 1:
        raise Refused("pharmacy.not_found", field="q", value=typed, next_url="/pharmacy")
    return pages.see(url_for(".sheet", prescription_id=found[0].prescription_id))


@blueprint.post("/sheets/<id:prescription_id>/dispense")
@access("pharmacy.dispense", writes=ONCE)
def dispense(prescription_id: bytes) -> Response:
    """Hand out (F9), then the next patient; what is missing is said and focused."""
    known_fields(*forms.FIELDS, *forms.given_fields(request.form))
    seen = forms.ticks(request.form)
    try:
        result = command(
            lambda uow: services.dispense(
                uow, prescription_id, seen.lines, batches_seen=seen.batches, parts_seen=seen.parts,
                quantities=seen.quantities, short_reason=seen.short_reason, traces=seen.traces,
            )
        ).result
    except Refused as err:
        return refused(err)
    done = found_sheet(prescription_id)
    told = _("%(name)s 的药发好了，处方 %(sheet)s") % {"name": done.patient_name, "sheet": done.prescription_no}
    if result.get("left"):
        told = _("%(name)s 的药先发了一部分，剩下的记在欠药里；告诉患者哪天来取") % {"name": done.patient_name}
    return pages.see(url_for(".index"), told)


@blueprint.post("/sheets/<id:prescription_id>/prepare")
@access("pharmacy.dispense", writes=ONCE)
def prepare(prescription_id: bytes) -> Response:
    """Put together for a second person (F9 where two must sign, RX-15)."""
    known_fields(*forms.FIELDS, *forms.given_fields(request.form))
    seen = forms.ticks(request.form)
    try:
        command(
            lambda uow: services.prepare(
                uow, prescription_id, seen.lines, batches_seen=seen.batches, parts_seen=seen.parts,
                quantities=seen.quantities,
            )
        )
    except Refused as err:
        return refused(err)
    done = found_sheet(prescription_id)
    told = _("处方 %(sheet)s 配好了，等第二个人核对发药") % {"sheet": done.prescription_no}
    return pages.see(url_for(".index"), told)


@blueprint.post("/sheets/<id:prescription_id>/put-back")
@access("pharmacy.dispense", writes=ONCE)
def put_back(prescription_id: bytes) -> Response:
    """Put what was prepared back on the shelf (Alt+Z)."""
    known_fields()
    command(lambda uow: services.put_back(uow, prescription_id))
    done = found_sheet(prescription_id)
    told = _("处方 %(sheet)s 的药放回货架了，要发时再配") % {"sheet": done.prescription_no}
    return pages.see(url_for(".sheet", prescription_id=prescription_id), told)


@blueprint.post("/sheets/<id:prescription_id>/reallocate")
@access("pharmacy.dispense", writes=ONCE)
def reallocate(prescription_id: bytes) -> Response:
    """Hold batches anew: for those that expired or were frozen, for what lapsed, for what is owed (Alt+R)."""
    known_fields()
    result = command(lambda uow: services.reallocate(uow, prescription_id)).result
    told = _("换好批号了，照新的批号取药") if result["renewed"] else _("批号都能用，没有换")
    return pages.see(url_for(".sheet", prescription_id=prescription_id), told)


@blueprint.get("/done")
@access("pharmacy.view")
def done() -> Response:
    """What was handed out today."""
    today = clock.today()
    return pages.page(
        "pharmacy/done.html", done=queries.done(today), waiting_count=len(queries.waiting(today)), today=today
    )


def _page(found: Sheet, waiting: list[queries.Waiting]) -> Response:
    """One sheet as it is now; what is ticked stays in the browser until F9 sends it."""
    open_sheet_chart(found)
    today = clock.today()
    shown = queries.lines_of(found, today)
    return pages.page(
        "pharmacy/index.html", banner=banner_of(found),
        diagnoses=[named(one.name, one.name_en) for one in consultation.diagnoses_of_visit(found.visit_id)],
        amount_fen=sum(line.amount_fen for line in shown), valid_until=found.valid_until(today),
        is_expired=found.valid_until(today) < today, **_signing_values(found, shown),
        **_queue_values(waiting, found.id.hex()), **_line_values(found, shown),
    )  # fmt: skip


def _signing_values(found: Sheet, shown: list[Line]) -> dict[str, Any]:
    """Whether the actor prepares first or checks what another prepared, and where the sheet stands (RX-15, RX-18)."""
    today, me, prepared = clock.today(), actor().person_id, _prepared(found)
    single = parameters.value("pharmacy.single_sign", today)
    level = people.qualification(me, today).pharmacist_level
    two = rules.needs_two((line.drug.controlled_class for line in shown), is_single_sign=single)
    return {
        "needs_first": prepared is None and (two or level == "assistant"), "needs_other": two and prepared == me,
        "is_prepared": prepared is not None,
        "standing": queries.standing(found.id), "is_pharmacist": level == "pharmacist", "needs_two": two,
        "now": clock.clock.read().at, "is_mine": found.doctor_id == me, "short_reasons": forms.short_reasons(),
    }  # fmt: skip


def _prepared(found: Sheet) -> bytes | None:
    return found.paid.prepared_by if found.paid else None


def banner_of(found: Sheet) -> patients.Banner | None:
    banner = patients.banner(found.patient_id, clock.today())
    if banner is None:
        return None
    tags: list[Any] = []
    if found.is_owed and found.paid and found.paid.dispensed_at:
        tags.append({"text": _("发了一部分 %(at)s") % {"at": _hm(found.paid.dispensed_at)}, "kind": "warn"})
    elif found.paid and found.paid.dispensed_at:
        tags.append({"text": _("已发药 %(at)s") % {"at": _hm(found.paid.dispensed_at)}, "kind": "ok", "icon": "check"})
    elif found.paid:
        tags.append({"text": _("已收费 %(at)s") % {"at": _hm(found.paid.paid_at)}, "kind": "ok", "icon": "check"})
    if found.kind == "paediatric":
        tags.append({"text": _("儿科"), "kind": "info"})
    return replace(banner, queue_no=found.queue_no, visit_no=found.visit_no, tags=tuple(tags))


def _hm(at_ms: int) -> str:
    return clock.local(at_ms).strftime("%H:%M")


def _queue_values(waiting: list[queries.Waiting], at: str | None) -> dict[str, Any]:
    places = [one.prescription_id.hex() for one in waiting]
    here = places.index(at) if at in places else -1
    return {
        "waiting": waiting, "at": at or "", "today": clock.today(), "done_count": queries.done_count(clock.today()),
        "after": waiting[here + 1].prescription_id if here + 1 < len(waiting) else None,
        "before": waiting[here - 1].prescription_id if here > 0 else None,
    }  # fmt: skip


def _line_values(found: Sheet, shown: list[Line]) -> dict[str, Any]:
    can_dispense = pages.me_may("pharmacy.dispense") and found.is_open
    short = any(line.held < line.left for line in shown)
    hindrance = outbox.would_refuse(
        "pharmacy.dispense", clock.clock.read(), prescription_id=found.id, visit_id=found.visit_id,
        patient_id=found.patient_id, line_ids=[line.id for line in shown if line.left],
    ) if can_dispense else None  # fmt: skip
    return {
        "sheet": found, "lines": shown, "review": queries.review(found, shown), "words": words, "hindrance": hindrance,
        "can_dispense": can_dispense, "batch_mark": services.batch_mark(shown), "is_short": short,
        "in_part": can_dispense and (short or found.is_owed or "part" in request.args),
        "left_count": sum(1 for line in shown if line.left),
        "needs_batches": can_dispense and (short or any(
            batch.state in ("expired", "frozen") for line in shown for batch in line.batches
        )),
    }  # fmt: skip


def refused(err: Refused) -> Response:
    """Say it above the action bar and put the focus on the line at fault; the ticks stay as they are."""
    if err.field is None or not request.headers.get("HX-Request"):
        raise err
    response = pages.answer(
        "components/_refusal.html", status=422, focus=f"#{err.field}", text=refusal(err), code=err.code,
        next_url=err.next_url,
    )  # fmt: skip
    response.headers["HX-Retarget"] = "#refusal"
    response.headers["HX-Reswap"] = "innerHTML"
    return response
