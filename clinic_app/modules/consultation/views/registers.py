"""Pages beside the visit: kept stops of a month, register of pain patients, paper past its years (处方管理)."""

from datetime import date, timedelta

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import services
from clinic_app.modules.consultation.queries import kept_list, paper_keeping, rule_book, states, words
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/kept-stops")
@access("consultation.kept_stops")
def kept_stops() -> Response:
    """Kept stops of a month, this one without `month`."""
    today = clock.today()
    month = _month(request.args.get("month", ""), today)
    found = kept_list.kept_in(month)
    last = (month + timedelta(days=31)).replace(day=1)
    names = people.names([*(row.kept_by for row in found.rows), *(one for one, _count in found.by_doctor)])
    return pages.page(
        "consultation/kept_stops.html", tab="kept", found=found, month=f"{month:%Y-%m}", names=names,
        before=f"{month - timedelta(days=1):%Y-%m}", after=f"{last:%Y-%m}" if last <= today else "",
        rule_name=_rule_name,
    )  # fmt: skip


def _month(text: str, today: date) -> date:
    """The first day of `2026-11`; this month for anything else."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = today
    return (month if 2000 <= month.year <= today.year else today).replace(day=1)


def _rule_name(code: str) -> str:
    kinds = {"group": _("过敏类别"), "drug": _("药品过敏"), "dose": _("剂量上限"), "daily_sum": _("同成分合计过量")}
    rule = rule_book.texts_of(clock.today()).get(code)
    text = "" if rule is None else rule.text if words.is_source() else rule.text_en
    return kinds.get(code) or (f"{code} {text}" if text else code)


@blueprint.get("/pain-patients")
@access("consultation.pain_register")
def pain_register() -> Response:
    on = clock.today()
    found = states.pain_patients()
    rows = []
    for one in found:
        held = states.registered(one, on)
        assert held is not None
        rows.append((one, held.due_on.isoformat(), on > held.due_on))
    shown = patients.names([one.patient_id for one in found])
    is_masked = not actor().roles & {"doctor", "village_doctor"}  # PR-03
    names = {key: patients.mask_name(name) if is_masked else name for key, name in shown.items()}
    return pages.page("consultation/pain_register.html", tab="pain", rows=rows, names=names)


@blueprint.get("/visits/<id:visit_id>/pain")
@access("consultation.write")
def pain_form(visit_id: bytes) -> Response:
    visit = shown_visit(visit_id)
    return pages.page("consultation/_pain.html", visit=visit, found=states.pain_patient(visit.patient_id))


@blueprint.post("/visits/<id:visit_id>/pain")
@access("consultation.write", writes=ONCE)
def save_pain(visit_id: bytes) -> Response:
    """Enter the patient of a visit, or write a re-check of who is registered."""
    known_fields("finding", "diagnosis", "proof_of", "has_consent", "has_identity_copy")
    visit, form = visits.visit(visit_id), request.form
    if visit is None:
        raise Missing("consultation.visit_missing")
    if "finding" in form:
        command(lambda uow: services.check_pain_patient(uow, visit.patient_id, form["finding"]))
    else:
        command(
            lambda uow: services.register_pain_patient(
                uow, visit.patient_id, diagnosis=form.get("diagnosis", ""), proof=form.get("proof_of", ""),
                has_consent=form.get("has_consent") == "1", has_identity_copy=form.get("has_identity_copy") == "1",
            )
        )  # fmt: skip
    return pages.see(url_for("consultation.visit", visit_id=visit_id), _("疼痛登记已更新"))


@blueprint.get("/paper")
@access("consultation.list_paper", in_menu=True)
def paper() -> Response:
    """What may be destroyed, and the lists."""
    lists = paper_keeping.destructions()
    people_of = {one.listed_by for one in lists} | {one.approved_by for one in lists if one.approved_by}
    return pages.page(
        "consultation/paper.html", tab="paper", due=paper_keeping.destroyable(clock.today()), lists=lists,
        names=people.names(people_of), my_id=actor().person_id,
    )  # fmt: skip


@blueprint.post("/paper")
@access("consultation.list_paper", writes=ONCE)
def list_paper() -> Response:
    known_fields("reason")
    outcome = command(lambda uow: services.list_for_destruction(uow, request.form.get("reason", "")))
    said = _("%(count)d 张列入清单，等另一个人批准") % {"count": outcome.result["sheets"]}
    return pages.see(url_for("consultation.paper"), said)


@blueprint.post("/paper/<id:list_id>/approve")
@access("consultation.approve_paper", writes=ONCE)
def approve_paper(list_id: bytes) -> Response:
    known_fields()
    outcome = command(lambda uow: services.approve_destruction(uow, list_id))
    return pages.see(
        url_for("consultation.paper"), _("%(count)d 张纸处方已批准销毁") % {"count": outcome.result["sheets"]}
    )
