"""Certificates and prescribing rights (资格) on the page of a person."""

from typing import Any

from flask import Response, request

from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import forms, services
from clinic_app.modules.people.views import blueprint
from clinic_app.modules.people.views.staff_page import done, prove_again, refused, staff_page
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.post("/people/<id:person_id>/qualifications")
@access("people.manage", writes=ONCE)
def add_qualification(person_id: bytes) -> Response:
    known_fields("qualification", "document_no", "valid_from", "valid_to", "proof")
    try:
        form = forms.read_qualification(request.form, clock.read().on)
        prove_again()
        kind, _sep, level = form.choice.partition(":")

        def act(uow: UnitOfWork) -> dict[str, Any]:
            return services.add_qualification(
                uow, person_id, kind=kind, level=level, document_no=form.document_no,
                valid_from=form.valid_from, valid_to=form.valid_to,
            )  # fmt: skip

        command(act)
    except Invalid as err:
        return staff_page(person_id, err.refusals)
    except Refused as err:
        return refused(person_id, err.field if err.field and err.field != "proof" else "qualification", err)
    return done(person_id, _("资格已记下"))


@blueprint.post("/people/<id:person_id>/qualifications/<int:number>/end")
@access("people.manage", writes=ONCE)
def end_qualification(person_id: bytes, number: int) -> Response:
    known_fields("proof")
    try:
        prove_again()
        command(lambda uow: services.end_qualification(uow, person_id, number))
    except Refused as err:
        return refused(person_id, f"end-{number}", err)
    return done(person_id, _("资格已取消，从现在起不能再用"))
