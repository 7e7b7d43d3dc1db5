"""The record on paper (门诊病历), certificates and referral letters (证明、转诊单): issue, list, reprint, void."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import record_paper
from clinic_app.modules.consultation.queries import certificates
from clinic_app.modules.consultation.rules.certificates import FIELDS, KINDS
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import banner, shown_visit
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


def kinds() -> dict[str, str]:
    return {"diagnosis": _("诊断证明"), "sick_leave": _("病休证明"), "referral": _("转诊单")}


@blueprint.get("/visits/<id:visit_id>/record/print")
@access("consultation.view")
def print_record(visit_id: bytes) -> Response:
    """The outpatient record on A5, or A4 with `paper=a4`; a draft says so."""
    shown_visit(visit_id, "record")
    paper = record_paper(visit_id)
    if paper is None:
        raise Refused("consultation.not_started", next_url=url_for("consultation.visit", visit_id=visit_id))
    is_a4 = request.args.get("paper") == "a4"
    other = url_for("consultation.print_record", visit_id=visit_id, paper="a5" if is_a4 else "a4")
    return pages.page(
        "consultation/record.html.j2", p=paper, is_a4=is_a4, other_url=other,
        back=url_for("consultation.visit", visit_id=visit_id),
    )  # fmt: skip


@blueprint.get("/visits/<id:visit_id>/certificates")
@access("consultation.write")
def certificates_of_visit(visit_id: bytes) -> Response:
    """The form of one kind, filled with what the note says, and those that were issued at this visit."""
    return _form(visit_id, request.args.get("kind", "diagnosis"))


def _form(visit_id: bytes, kind: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    found = shown_visit(visit_id, "certificate")
    note = queries.note(visit_id)
    if note is None or kind not in KINDS:
        raise Missing("consultation.visit_missing")
    fields, today = note.fields(), clock.today()
    summary = "；".join(fields[name] for name in ("chief_complaint", "present_illness", "examination") if fields[name])
    typed = {
        "opinion": fields["plan"], "leave_from": today.isoformat(), "direction": "up", "summary": summary,
        "treatment": fields["plan"], **request.form.to_dict(),
    }  # fmt: skip
    return pages.page(
        "consultation/certificates.html", status=status, patient=banner(found), visit=found, kind=kind, kinds=kinds(),
        typed=typed, errors=errors or {}, issued=certificates.certificates_of_visit(visit_id),
        diagnoses=queries.diagnoses_of_visit(visit_id),
        most_days=parameters.value("consultation.sick_leave_days", today), my_id=actor().person_id,
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/certificates/<any(diagnosis, sick_leave, referral):kind>")
@access("consultation.write", writes=ONCE)
def issue_certificate(visit_id: bytes, kind: str) -> Response:
    """Sign and show the paper; what is wrong is said at its field and what was typed stays."""
    known_fields(*FIELDS[kind])
    form = request.form
    try:
        made = command(lambda uow: services.issue_certificate(uow, visit_id, kind, form.to_dict())).result
    except Invalid as err:
        return _form(visit_id, kind, {name: i18n.refusal(one) for name, one in err.refusals.items()}, 422)
    return _to_paper(made)


def _to_paper(made: dict[str, object]) -> Response:
    """A paper is a page of its own kind: swapped into the working page it would keep that page's looks."""
    seen = pages.see(url_for(
        "consultation.certificate_paper", certificate_id=bytes.fromhex(str(made["certificate_id"])),
        copy=made["copy_no"],
    ))  # fmt: skip
    if request.headers.get("HX-Request"):
        seen.status_code = 200
        seen.headers["HX-Redirect"] = seen.headers.pop("Location")
    return seen


@blueprint.get("/certificates/<id:certificate_id>")
@access("consultation.view")
def certificate_paper(certificate_id: bytes) -> Response:
    """One counted copy as it was signed; a number that was never printed is refused."""
    found = certificates.certificate(certificate_id)
    if found is None:
        raise Missing("consultation.certificate_missing")
    shown_visit(found.visit_id, "certificate")
    said = request.args.get("copy", "1")
    copy_no = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0
    if not 1 <= copy_no <= found.copies:
        raise Missing("consultation.certificate_missing")
    return pages.page(
        "consultation/certificate.html.j2", p=found.content, copy_no=copy_no, void_reason=found.void_reason,
        back=url_for("consultation.certificates_of_visit", visit_id=found.visit_id)
        if pages.me_may("consultation.write") else url_for("consultation.certificate_list"),
    )  # fmt: skip


@blueprint.post("/certificates/<id:certificate_id>/reprint")
@access("consultation.write", writes=ONCE)
def reprint_certificate(certificate_id: bytes) -> Response:
    known_fields()
    return _to_paper(command(lambda uow: services.print_certificate(uow, certificate_id)).result)


@blueprint.get("/certificates/<id:certificate_id>/void")
@access("consultation.write")
def void_certificate_form(certificate_id: bytes) -> Response:
    found = certificates.certificate(certificate_id)
    if found is None:
        raise Missing("consultation.certificate_missing")
    shown_visit(found.visit_id, "certificate")
    return pages.page("consultation/_void_certificate.html", one=found, kinds=kinds())


@blueprint.post("/certificates/<id:certificate_id>/void")
@access("consultation.write", writes=ONCE)
def void_certificate(certificate_id: bytes) -> Response:
    known_fields("reason")
    reason = request.form.get("reason", "")
    made = command(lambda uow: services.void_certificate(uow, certificate_id, reason)).result
    return pages.see(
        url_for("consultation.certificate_list"), _("%(number)s 已作废") % {"number": made["certificate_no"]}
    )


@blueprint.get("/certificates")
@access("consultation.view")
def certificate_list() -> Response:
    """Every certificate, the newest first, or the one with the number that is asked for."""
    said = request.args.get("before", "")
    before = int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None
    typed = request.args.get("number", "").strip()[:40]
    found, following = certificates.certificates(typed, before)
    return pages.page(
        "consultation/certificate_list.html", found=found, following=following, typed=typed, kinds=kinds(),
        names=patients.names({one.patient_id for one in found}), who=people.names({one.doctor_id for one in found}),
        my_id=actor().person_id,
    )  # fmt: skip
