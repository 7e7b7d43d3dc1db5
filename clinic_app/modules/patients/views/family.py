"""Family, newborns, consent and the health-record number of a person."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import forms, queries, services
from clinic_app.modules.patients.views import blueprint, draw
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields

MOST_CHILDREN = 3


@blueprint.get("/<id:patient_id>/relatives")
@access("patients.edit")
def relatives(patient_id: bytes) -> Response:
    """Suggestions of the relative's record; the typed text itself can be a name without a record."""
    draw.patient(patient_id)
    hits = [one for one in queries.search(request.args.get("relative", "")) if one.id != patient_id]
    return pages.page(
        "patients/_relatives.html", hits=hits, today=clock.today(), age_text=queries.age_text,
        sex_text=queries.sex_text,
    )  # fmt: skip


@blueprint.post("/<id:patient_id>/relations")
@access("patients.edit", writes=ONCE)
def add_relation(patient_id: bytes) -> Response:
    """Note a relative."""
    known_fields("relation_kind", "relative", "relative_id", "relative_phone")
    found, form = draw.patient(patient_id), request.form
    relative_id = forms.id_of(form["relative_id"]) if form.get("relative_id") else None
    try:
        command(
            lambda uow: services.add_relation(
                uow, patient_id, form.get("relation_kind", ""), relative_id=relative_id, name=form.get("relative", ""),
                phone=form.get("relative_phone", ""),
            )
        )  # fmt: skip
    except Refused as err:
        if err.field is None:
            raise
        return draw.again(found, 422, errors={"relative": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("家人记好了"))


@blueprint.post("/<id:patient_id>/relations/<int:relation_id>/end")
@access("patients.edit", writes=ONCE)
def end_relation(patient_id: bytes, relation_id: int) -> Response:
    """Take a relative back."""
    known_fields()
    draw.patient(patient_id)
    command(lambda uow: services.end_relation(uow, patient_id, relation_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("这位家人去掉了"))


@blueprint.post("/<id:patient_id>/consents")
@access("patients.edit", writes=ONCE)
def give_consent(patient_id: bytes) -> Response:
    """Note a consent that was just given."""
    known_fields("consent_purpose", "consent_by")
    found, form = draw.patient(patient_id), request.form
    by = form.get("consent_by", "")
    relation_id = int(by) if by.isdecimal() and len(by) < 18 else None
    try:
        command(
            lambda uow: services.give_consent(
                uow, patient_id, form.get("consent_purpose", ""), relation_id=relation_id
            )
        )
    except Refused as err:
        if err.field is None:
            raise
        return draw.again(found, 422, errors={"consent": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("同意记好了，随时可以撤回"))


@blueprint.post("/<id:patient_id>/consents/<int:consent_id>/withdraw")
@access("patients.edit", writes=ONCE)
def withdraw_consent(patient_id: bytes, consent_id: int) -> Response:
    """Withdraw a consent."""
    known_fields()
    draw.patient(patient_id)
    command(lambda uow: services.withdraw_consent(uow, patient_id, consent_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("同意已撤回"))


@blueprint.post("/<id:patient_id>/health-record")
@access("patients.edit", writes=ONCE)
def give_health_record(patient_id: bytes) -> Response:
    """Give the next health-record number of the village, or note the one on paper."""
    known_fields("village_code", "health_record_no")
    found, form = draw.patient(patient_id), request.form
    try:
        outcome = command(
            lambda uow: services.give_health_record(
                uow, patient_id, form.get("village_code", ""), form.get("health_record_no", "")
            )
        )
    except Refused as err:
        if err.field is None:
            raise
        status = 409 if isinstance(err, Stale) else 422
        return draw.again(found, status, errors={"health_record_no": i18n.refusal(err)})
    said = _("健康档案号 %(number)s") % {"number": outcome.result["number"]}
    return pages.see(url_for("patients.card", patient_id=patient_id), said)


@blueprint.post("/<id:patient_id>/restrict")
@access("patients.restrict", writes=ONCE)
def restrict(patient_id: bytes) -> Response:
    """Put the record under restriction, or lift it."""
    known_fields("is_restricted")
    draw.patient(patient_id)
    wanted = request.form.get("is_restricted") == "1"
    command(lambda uow: services.restrict(uow, patient_id, wanted))
    said = _("限制查阅了，不在诊治中的人要写理由才能打开") if wanted else _("不再限制查阅")
    return pages.see(url_for("patients.card", patient_id=patient_id), said)


@blueprint.get("/<id:patient_id>/newborns")
@access("patients.edit")
def newborns(patient_id: bytes) -> Response:
    """The form for children just born."""
    open_chart(patient_id, draw.SCREEN)
    return _newborns(draw.patient(patient_id), {"born_on": clock.today().isoformat()})


@blueprint.post("/<id:patient_id>/newborns")
@access("patients.edit", writes=ONCE)
def register_newborns(patient_id: bytes) -> Response:
    """Make a record for each child (F9)."""
    known_fields("born_on", "sex_1", "sex_2", "sex_3")
    found, form = draw.patient(patient_id), request.form
    given = tuple(sex for number in range(1, MOST_CHILDREN + 1) if (sex := form.get(f"sex_{number}", "")))
    try:
        outcome = command(lambda uow: _register(uow, patient_id, form.get("born_on", ""), given))
    except Refused as err:
        if err.field is None:
            raise
        return _newborns(found, form, {err.field: i18n.refusal(err)}, 422)
    made = [bytes.fromhex(one) for one in outcome.result["patient_ids"]]
    named = "、".join(one.name for one in map(queries.patient, made) if one)
    shown = made[0] if len(made) == 1 else patient_id
    return pages.see(url_for("patients.card", patient_id=shown), _("建好了：%(names)s") % {"names": named})


def _register(uow: UnitOfWork, patient_id: bytes, typed: str, sexes: tuple[str, ...]) -> dict[str, object]:
    born_on, _is_estimated = services.read_birth(typed, uow.on)
    if born_on is None:
        raise Refused("patients.birth_date_unreadable", field="born_on", value="")
    return services.register_newborns(uow, patient_id, born_on, sexes)


def _newborns(
    found: queries.Patient, typed: dict[str, str], errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    today = clock.today()
    return pages.page(
        "patients/newborns.html", status=status, mother=found, banner=queries.banner(found.id, today), typed=typed,
        errors=errors or {}, sexes=[("1", _("儿子")), ("2", _("女儿")), ("0", _("还不清楚"))],
    )  # fmt: skip
