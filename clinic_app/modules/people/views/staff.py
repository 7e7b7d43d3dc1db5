"""The staff list (职工): add, roles, one-time code, badge, leaving."""

from typing import Any

from flask import Response, g, request, url_for

from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import forms, queries, rules, services
from clinic_app.modules.people.views import blueprint
from clinic_app.modules.people.views.staff_page import done, is_about_the_form, prove_again, refused, staff_page
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

GIVEN = "这张条子已经给过，代码不会再显示；要就重新发"


@blueprint.get("/people")
@access("people.view", in_menu=True)
def staff() -> Response:
    return staff_page()


@blueprint.get("/people/<id:person_id>")
@access("people.view")
def person(person_id: bytes) -> Response:
    return staff_page(person_id)


@blueprint.post("/people")
@access("people.manage", writes=ONCE)
def add() -> Response:
    """A new member of staff and, when asked, the slip with the first code."""
    known_fields("staff_no", "name", "title", "roles", "slip", "proof")
    code = services.new_code()
    try:
        form = forms.read_person(request.form)
        if request.form.get("slip"):
            prove_again()

        def act(uow: UnitOfWork) -> dict[str, Any]:
            made = services.add_person(uow, staff_no=form.staff_no, name=form.name, title=form.title, roles=form.roles)
            if request.form.get("slip"):
                services.give_one_time_code(uow, bytes.fromhex(made["person_id"]), code)
            return made

        made = command(act).result
    except Invalid as err:
        return staff_page(refusals=err.refusals)
    except Refused as err:
        if is_about_the_form(err):
            raise
        return staff_page(refusals={err.field or "staff_no": err})
    person_id = bytes.fromhex(made["person_id"])
    if request.form.get("slip"):
        return _slip(person_id, code)
    return pages.see(url_for("people.person", person_id=person_id), _("已加入：%(name)s") % {"name": form.name.strip()})


@blueprint.post("/people/<id:person_id>/code")
@access("people.manage", writes=ONCE)
def give_code(person_id: bytes) -> Response:
    """A slip for a first sign-in or a forgotten password; the code is on this one page and nowhere else."""
    known_fields("proof")
    code = services.new_code()
    try:
        prove_again()
        command(lambda uow: services.give_one_time_code(uow, person_id, code))
    except Refused as err:
        return refused(person_id, "code", err)
    return _slip(person_id, code)


@blueprint.post("/people/<id:person_id>/roles")
@access("people.manage", writes=ONCE)
def change_roles(person_id: bytes) -> Response:
    known_fields("roles", "proof")
    try:
        prove_again()
        command(lambda uow: services.change_roles(uow, person_id, request.form.getlist("roles")))
    except Refused as err:
        return refused(person_id, "roles", err)
    return done(person_id, _("角色已改，要重新登录"))


@blueprint.post("/people/<id:person_id>/badge")
@access("people.manage", writes=ONCE)
def set_badge(person_id: bytes) -> Response:
    known_fields("badge_no")
    try:
        command(lambda uow: services.set_badge(uow, person_id, request.form.get("badge_no", "")))
    except Refused as err:
        return refused(person_id, "badge_no", err)
    return done(person_id, _("胸牌已存"))


@blueprint.post("/people/<id:person_id>/close")
@access("people.manage", writes=ONCE)
def close(person_id: bytes) -> Response:
    known_fields("proof")
    try:
        prove_again()
        command(lambda uow: services.close_account(uow, person_id))
    except Refused as err:
        return refused(person_id, "close", err)
    return done(person_id, _("已停用，马上不能登录"))


def _slip(person_id: bytes, code: str) -> Response:
    """A repeated post finds the code gone: it was on the first answer only."""
    found = queries.staff_member(person_id)
    if getattr(g, "replayed", False) or found is None or found.code_expires_at is None:
        return pages.see(url_for("people.person", person_id=person_id), _(GIVEN))
    return pages.page(
        "people/slip.html",
        person=found.person,
        code=rules.code_text(code),
        expires_at=found.code_expires_at,
    )
