"""The staff list (职工): add, roles, one-time code, badge, leaving."""

from typing import Any

from flask import Response, g, request, url_for

from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import ROLES
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import forms, queries, rules, services
from clinic_app.modules.people.views import blueprint, browser_facts
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields
from clinic_app.web.context import ROLE_NAMES

GIVEN = "这张条子已经给过，代码不会再显示；要就重新发"
Refusals = dict[str, Refused]


@blueprint.get("/people")
@access("people.view", in_menu=True)
def staff() -> Response:
    return _page()


@blueprint.get("/people/<id:person_id>")
@access("people.view")
def person(person_id: bytes) -> Response:
    return _page(person_id)


@blueprint.post("/people")
@access("people.manage", writes=ONCE)
def add() -> Response:
    """A new member of staff and, when asked, the slip with the first code."""
    known_fields("staff_no", "name", "title", "roles", "slip", "proof")
    code = services.new_code()
    try:
        form = forms.read_person(request.form)
        if request.form.get("slip"):
            _prove_again()

        def act(uow: UnitOfWork) -> dict[str, Any]:
            made = services.add_person(uow, staff_no=form.staff_no, name=form.name, title=form.title, roles=form.roles)
            if request.form.get("slip"):
                services.give_one_time_code(uow, bytes.fromhex(made["person_id"]), code)
            return made

        made = command(act).result
    except Invalid as err:
        return _page(refusals=err.refusals)
    except Refused as err:
        if _is_about_the_form(err):
            raise
        return _page(refusals={err.field or "staff_no": err})
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
        _prove_again()
        command(lambda uow: services.give_one_time_code(uow, person_id, code))
    except Refused as err:
        return _refused(person_id, "code", err)
    return _slip(person_id, code)


@blueprint.post("/people/<id:person_id>/roles")
@access("people.manage", writes=ONCE)
def change_roles(person_id: bytes) -> Response:
    known_fields("roles", "proof")
    try:
        _prove_again()
        command(lambda uow: services.change_roles(uow, person_id, request.form.getlist("roles")))
    except Refused as err:
        return _refused(person_id, "roles", err)
    return _done(person_id, _("角色已改，要重新登录"))


@blueprint.post("/people/<id:person_id>/badge")
@access("people.manage", writes=ONCE)
def set_badge(person_id: bytes) -> Response:
    known_fields("badge_no")
    try:
        command(lambda uow: services.set_badge(uow, person_id, request.form.get("badge_no", "")))
    except Refused as err:
        return _refused(person_id, "badge_no", err)
    return _done(person_id, _("胸牌已存"))


@blueprint.post("/people/<id:person_id>/close")
@access("people.manage", writes=ONCE)
def close(person_id: bytes) -> Response:
    known_fields("proof")
    try:
        _prove_again()
        command(lambda uow: services.close_account(uow, person_id))
    except Refused as err:
        return _refused(person_id, "close", err)
    return _done(person_id, _("已停用，马上不能登录"))


def _done(person_id: bytes, toast: str) -> Response:
    """An administrator who changed the own account has no session any more and lands at sign-in."""
    return pages.see(url_for("people.person", person_id=person_id), toast)


def _refused(person_id: bytes, act: str, err: Refused) -> Response:
    """At the act that was tried; the question for the own password stands there too."""
    if _is_about_the_form(err):
        raise err
    return _page(person_id, {f"{act}.proof" if err.field == "proof" else act: err})


def _is_about_the_form(err: Refused) -> bool:
    """No field of it can be put right: an unknown person, or a command key that is missing, used or another's."""
    return isinstance(err, Missing) or err.code.startswith("once.")


def _prove_again() -> None:
    services.prove_again(g.session, request.form.get("proof", ""), place=browser_facts.place())


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


def _page(person_id: bytes | None = None, refusals: Refusals | None = None) -> Response:
    found = queries.staff()
    chosen = next((one for one in found if one.person.id == person_id), None)
    if person_id is not None and chosen is None:
        raise Missing("people.unknown")
    return pages.page(
        "people/staff.html",
        status=422 if refusals else 200,
        staff=found,
        chosen=chosen,
        refusals=refusals or {},
        role_names=ROLE_NAMES,
        roles=ROLES,
        typed=request.form,
        now=clock.read().at,
    )
