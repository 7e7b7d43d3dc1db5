"""Merging two records of one person: proposed by one, approved by another, undone by either."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.views import blueprint, draw
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


@blueprint.get("/<id:patient_id>/others")
@access("patients.merge")
def others(patient_id: bytes) -> Response:
    """Suggestions of the record that goes on in place of this one."""
    draw.patient(patient_id)
    hits = [one for one in queries.search(request.args.get("other", "")) if one.id != patient_id]
    return pages.page(
        "patients/_others.html", hits=hits, patient_id=patient_id, today=clock.today(), age_text=queries.age_text,
        sex_text=queries.sex_text, is_masked=not actor().roles & CARE_TEAM,
    )  # fmt: skip


@blueprint.get("/<id:patient_id>/merge/<id:other_id>")
@access("patients.merge")
def compare(patient_id: bytes, other_id: bytes) -> Response:
    """Both records side by side, before the merge is proposed."""
    here, there = draw.patient(patient_id), draw.patient(other_id)
    for one in (here, there):
        open_chart(one.id, "patient merge")
    today = clock.today()
    banners = [queries.banner(one.id, today) for one in (here, there)]
    return pages.page(
        "patients/_merge.html", here=here, there=there, banners=banners, differs=queries.differences(here, there)
    )


@blueprint.post("/<id:patient_id>/merge/<id:other_id>")
@access("patients.merge", writes=ONCE)
def propose(patient_id: bytes, other_id: bytes) -> Response:
    """Propose that this record is the same person as the other, which goes on."""
    known_fields()
    command(lambda uow: services.propose_link(uow, patient_id, other_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("已提出合并，等另一个人核准"))


@blueprint.get("/links")
@access("patients.merge")
def waiting() -> Response:
    """Proposed merges that wait for a second person."""
    rows = queries.waiting_links()
    records = {one: queries.patient(one) for row in rows for one in (row.from_id, row.to_id)}
    closed = {one for one in records if not _is_shown(one)}
    names = people.names({row.linked_by for row in rows})
    return pages.page(
        "patients/links.html", mask_name=queries.mask_name, rows=rows, names=names, my_id=actor().person_id,
        is_masked=not actor().roles & CARE_TEAM, records=records, closed=closed, differences=queries.differences,
        sex_text=queries.sex_text, mask_identity=queries.mask_identity_number,
    )  # fmt: skip


def _is_shown(patient_id: bytes) -> bool:
    """Log the reading of one side; False for a restricted record until a reason is given, the other pairs are shown."""
    try:
        open_chart(patient_id, "patient merge")
    except Refused:
        return False
    return True


@blueprint.post("/links/<id:link_id>/approve")
@access("patients.merge", writes=ONCE)
def approve(link_id: bytes) -> Response:
    """Let a proposed merge take effect; never the person who proposed it."""
    known_fields()
    command(lambda uow: services.approve_link(uow, link_id))
    return pages.see(url_for("patients.waiting"), _("两份档案合成一份看了，随时可以拆开"))


@blueprint.post("/links/<id:link_id>/reject")
@access("patients.merge", writes=ONCE)
def reject(link_id: bytes) -> Response:
    """Turn down or withdraw a proposed merge."""
    known_fields()
    command(lambda uow: services.reject_link(uow, link_id))
    return pages.see(url_for("patients.waiting"), _("不合并，两份档案照旧"))


@blueprint.post("/links/<id:link_id>/undo")
@access("patients.merge", writes=ONCE)
def undo(link_id: bytes) -> Response:
    """Take a merge apart again: both records are what they were. The card it was asked from (`patient`) stays on the
    screen, so that its address and its form are of one person."""
    known_fields("patient")
    outcome = command(lambda uow: services.unlink_patients(uow, link_id))
    link, asked_from = queries.link(link_id), request.form.get("patient", "")
    here = [one for one in (link.from_id, link.to_id) if one.hex() == asked_from] if link else []
    shown = here[0] if here else bytes.fromhex(outcome.result["patient_id"])
    return pages.see(url_for("patients.card", patient_id=shown), _("已拆开，两份档案各归各"))
