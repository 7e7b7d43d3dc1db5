"""The page of one visit: open, write, submit (提交，去收费), amend."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.documents import as_written
from clinic_app.modules.consultation.queries.cosigning import last_request, may_cosign
from clinic_app.modules.consultation.queries.labels import note_labels
from clinic_app.modules.consultation.rules.comparing import differences
from clinic_app.modules.consultation.rules.contents import contents_of
from clinic_app.modules.consultation.rules.tcm import lacks_tcm_diagnosis
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import banner, may_write, shown_visit
from clinic_app.modules.consultation.views.orders import orders_context, tab_of
from clinic_app.modules.consultation.views.queue import queue_context
from clinic_app.modules.consultation.views.saving import autosaved
from clinic_app.modules.consultation.views.second_signature import ask_second_signature, second_signature
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields
from clinic_app.web.errors import refused

PRESSURE_ASKED = '<input type="hidden" name="pressure_asked" value="1"%s>'
FOCUS = {"item": "#rq-new"} | {"diagnosis": "#dx", "allergy": "#allergen", "drug": "#rx-new", "last_cell": "#rx-route"}


def record_context(visit: visits.Visit, note: queries.Note | None) -> dict[str, Any]:
    """What `_record.html` draws."""
    writable = may_write(visit, note)
    doctor = people.names([visit.doctor_id]) if visit.doctor_id and not writable else {}  # the writer knows who writes
    return {
        "visit": visit, "note": note, "writable": writable,
        "doctor_name": "".join(doctor.values()),
        **(diagnoses_context(visit.id) if note else {"diagnoses": []}),
        "drawn": forms.marks_of(note.fields()) if note else "",
        "complaint_signs": parameters.value("consultation.complaint_signs", clock.today()),
        "labels": note_labels(), "vitals": queries.VITALS, "required": _required(visit, note) if note else (),
    }  # fmt: skip


def diagnoses_context(visit_id: bytes) -> dict[str, Any]:
    """What `_diagnoses.html` draws, with the warning of OR-08."""
    found = queries.diagnoses_of_visit(visit_id)
    kinds = [one.kind for one in queries.prescriptions_of_visit(visit_id) if one.state != "voided"]
    return {"diagnoses": found, "lacks_tcm": lacks_tcm_diagnosis(kinds, [one.kind for one in found])}


def _required(visit: visits.Visit, note: queries.Note) -> frozenset[str]:
    """The fields that this note is asked for, marked on the page."""
    kind = contents_of(visit.kind)
    asked = parameters.value(f"consultation.{kind}_contents", clock.today()).split()
    return frozenset(("chief_complaint", *asked, *note.required.split()))


@blueprint.get("/visits/<id:visit_id>")
@access("consultation.view")
def visit(visit_id: bytes) -> Response:
    found = shown_visit(visit_id)
    note = queries.note(visit_id)
    versions = queries.note_versions(visit_id) if note and note.state != "draft" else []
    doctor = people.person(note.doctor_id) if note else None
    me = actor()
    return pages.page(
        "consultation/visit.html", patient=banner(found), versions=versions, doctor=doctor,
        is_mine=bool(note and note.doctor_id == me.person_id and me.may("consultation.write")),
        asked=last_request(visit_id) if versions else None,
        may_cosign=bool(note and note.state == "awaiting" and note.doctor_id != me.person_id)
        and may_cosign(me, clock.today()),
        queue=queue_context(found.room_id, visit_id), **record_context(found, note) | orders_context(found, note),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/open")
@access("consultation.write", writes=ONCE)
def open_visit(visit_id: bytes) -> Response:
    """Begin the consultation; from the queue or from the page of a visit that was not begun."""
    known_fields()
    command(lambda uow: services.start(uow, visit_id))
    return pages.see(url_for("consultation.visit", visit_id=visit_id))


@blueprint.post("/visits/<id:visit_id>/submit")
@access("consultation.write", writes=ONCE)
def submit(visit_id: bytes) -> Response:
    """Sign everything; a refusal names the first problem and puts the focus there."""
    sent = ("note_rev", "note_drawn", "note_taken", "sheet_rev", "dx_seen", "pressure_asked", "proof")
    known_fields(*sent, *forms.SUBMITTED)
    form = request.form
    shown_visit(visit_id)
    try:
        forms.refuse_unstored_row(form)
        signed_twice = second_signature()
        outcome = command(
            lambda uow: services.sign_visit(
                uow, visit_id, note_rev=forms.rev_of(form, "note_rev"), sheet_rev=forms.rev_of(form, "sheet_rev"),
                fields=forms.note_fields(form), drawn=forms.drawn_with(form),
                diagnoses_seen=forms.diagnoses_seen(form),
                request_rev=forms.rev_of(form, "request_rev") if "request_rev" in form else None,
                asks_pressure=form.get("pressure_asked") != "1",
                signed_twice=signed_twice,
            )
        )  # fmt: skip
    except Invalid as err:
        return _not_yet(next(iter(err.refusals)), " ".join(sentence(one) for one in err.refusals.values()), err)
    except Refused as err:
        if err.code == "consultation.sign_twice" and request.headers.get("HX-Request"):
            return ask_second_signature(visit_id)
        response = refused(err)
        if err.code == "consultation.pressure_not_asked":  # told once; the next F9 signs without it
            of = "" if "proof" in form else ' form="submit-form"'  # the dialog's refusal stands in its own form
            response.set_data(response.get_data(as_text=True) + PRESSURE_ASKED % of)
        if isinstance(err, Stale) and request.headers.get("HX-Request"):
            response.set_data(response.get_data(as_text=True) + _newest(visit_id, err.code))
        elif (err.field or "").startswith("line-") and request.headers.get("HX-Request"):
            response.set_data(response.get_data(as_text=True) + _row_shown(visit_id, err.field or ""))
        return _at_field(response, err.field or "")
    if outcome.result["awaits"]:
        return pages.see(url_for("consultation.queue"), _("已交上级审签，审签后才能收费"))
    sheets = [*outcome.result["sheets"], *outcome.result["requests"]]
    said = (
        ngettext("已提交，%(count)d 张单去收费", "Submitted. %(count)d sheets go to the cashier", len(sheets))
        if sheets else _("已提交，没有处方")
    )  # fmt: skip
    return pages.see(url_for("consultation.queue"), said % {"count": len(sheets)} if sheets else said)


def _row_shown(visit_id: bytes, field: str) -> str:
    """The pane with the tab of the row at fault, where there are herbs: it may be the other one."""
    found, note = visits.visit(visit_id), queries.note(visit_id)
    if found is None or note is None:
        return ""
    shown = orders_context(found, note)
    if not shown["orders"].herbs:
        return ""
    shown["tab"] = tab_of(queries.line(forms.id_of(field.removeprefix("line-"))))
    return render_template("consultation/_orders_answer.html", oob_orders=True, **shown)


def _newest(visit_id: bytes, code: str) -> str:
    """What another window changed, as it is now, for its own place on the page; what was typed here stays."""
    found, note = visits.visit(visit_id), queries.note(visit_id)
    if found is None or note is None or not may_write(found, note):
        return ""
    if code == "consultation.note_changed":
        shown = autosaved(visit_id)
        return render_template("consultation/_record_saved.html", visit=found, fresh=True, oob=True, **shown)
    if code == "consultation.diagnoses_changed":
        shown = record_context(found, note)
        return render_template("consultation/_diagnoses.html", visit_id=visit_id, oob=True, **shown)
    if code == "consultation.sheet_changed":
        return render_template("consultation/_orders_answer.html", oob_orders=True, **orders_context(found, note))
    return ""


@blueprint.get("/visits/<id:visit_id>/amend")
@access("consultation.write")
def amend_form(visit_id: bytes) -> Response:
    shown_visit(visit_id)
    note = queries.note(visit_id)
    return pages.page(
        "consultation/_amend.html", visit_id=visit_id, is_awaiting=bool(note and note.state == "awaiting"),
        needs_approval=parameters.value("consultation.amendment_needs_approval", clock.today()),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/amend")
@access("consultation.write", writes=ONCE)
def amend(visit_id: bytes) -> Response:
    known_fields("reason")
    asked = command(lambda uow: services.amend(uow, visit_id, request.form.get("reason", ""))).result["asked"]
    said = _("已交上去，批准了就能改") if asked else _("可以改了，改完按 F9 再签一次")
    return pages.see(url_for("consultation.visit", visit_id=visit_id), said)


@blueprint.get("/visits/<id:visit_id>/versions/<int:number>")
@access("consultation.view")
def version(visit_id: bytes, number: int) -> Response:
    """One signed version of the note, a later one beside the one before it."""
    shown_visit(visit_id)
    versions = {one.version: one for one in queries.note_versions(visit_id)}
    wanted, before = versions.get(number), versions.get(number - 1)
    if wanted is None:
        raise Missing("consultation.version_missing")
    decided = {one.version: one for one in queries.cosignatures(visit_id)}.get(number)
    names = people.names([wanted.signed_by, *([decided.cosigned_by] if decided else [])])
    fields = (*queries.WRITTEN, *queries.VITALS, "diagnosis")
    texts = _texts(wanted)
    return pages.page(
        "consultation/_version.html", version=wanted, before=before, signer=names.get(wanted.signed_by, ""),
        cosigned=decided, cosigner=names.get(decided.cosigned_by, "") if decided else "", labels=note_labels(),
        fields=fields, texts=texts, differences=differences(_texts(before), texts, fields) if before else [],
    )  # fmt: skip


def _texts(version: queries.NoteVersion) -> dict[str, str]:
    """A version's texts by field, its diagnoses as one text."""
    told = [f"{as_written(one)} {one['code']}".strip() for one in version.content["diagnoses"]]
    kept = {name: text for name, text in version.content.items() if isinstance(text, str)}
    return {**dict.fromkeys((*queries.WRITTEN, *queries.VITALS), ""), **kept, "diagnosis": "\n".join(told)}


def _not_yet(field: str, text: str, err: Invalid) -> Response:
    code = next(iter(err.refusals.values())).code
    if not pages.wants_fragment() and not request.headers.get("HX-Boosted"):
        raise err
    response = make_response(render_template("components/_refusal.html", text=text, code=code, next_url=None), 422)
    response.headers["HX-Retarget"] = "#refusal"
    response.headers["HX-Reswap"] = "innerHTML"
    return _at_field(response, field)


def _at_field(response: Response, field: str) -> Response:
    """The focus goes to the field at fault: known places, a row, or the field of that name."""
    if field:
        target = FOCUS.get(field) or (f"#{field}" if field.startswith("line-") else f"#{field.replace('_', '-')}")
        response.headers["HX-Trigger-After-Settle"] = f'{{"focus": "{target}"}}'
    return response
