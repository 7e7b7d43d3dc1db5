"""Quick switch (换人): another person takes over this desk by PIN, after that day's password."""

from flask import Response, g, request

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import forms, services
from clinic_app.modules.people.views import blueprint, browser_facts
from clinic_app.modules.people.views.sign_in import begin, picked_of, side
from clinic_app.web import pages
from clinic_app.web.access import PUBLIC, SESSION, access
from clinic_app.web.commands import known_fields


@blueprint.get("/switch")
@access(PUBLIC)
def switch() -> Response:
    return _page(None)


@blueprint.post("/switch")
@access(PUBLIC, writes=SESSION)
def do_switch() -> Response:
    """Works at a locked screen too: the colleague who sits down needs not know who locked it."""
    known_fields("person", "staff_no", "pin")
    form = forms.read_sign_in(request.form, "pin")
    if form.is_scan:
        return _page(form)
    if not form.secret:
        return _page(form, Refused("people.pin_missing", field="pin"))
    desk_id = browser_facts.own_desk() or (g.session.desk_id if g.session else None)
    try:
        begun = services.switch(
            form.name,
            form.person,
            form.secret,
            place=browser_facts.place(),
            desk_id=desk_id,
            language=i18n.current(),
        )
    except Refused as err:
        return _page(form, err)
    return begin(begun, "/")


def _page(form: forms.SignInForm | None, refusal: Refused | None = None) -> Response:
    picks = browser_facts.picks(form.person if form and form.is_scan else None)
    status = 200 if refusal is None else 429 if refusal.code == "people.wait" else 422
    is_paired = bool(browser_facts.own_desk() or (g.session and g.session.desk_id))
    return pages.page(
        "people/switch.html",
        status=status,
        picks=picks,
        form=form,
        refusal=refusal,
        is_paired=is_paired,
        picked=picked_of(form, picks) if form else None,
        **side(),
    )
