"""The sign-in page (登录) and sign-out."""

from collections.abc import Sequence

from flask import Response, current_app, g, request

from clinic_app.kernel import i18n, outbox, sessions
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.ids import read_id
from clinic_app.modules.people import forms, queries, services
from clinic_app.modules.people.views import blueprint, browser_facts
from clinic_app.web import browser, pages
from clinic_app.web.access import PUBLIC, SESSION, access
from clinic_app.web.commands import known_fields
from clinic_app.web.security import VISITOR_COOKIE
from clinic_app.web.status import own_page

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in() -> Response:
    """`other`: somebody else wants this browser; who signs in then ends the session that is there."""
    if g.session is not None and g.session.actor is not None and not request.args.get("other"):
        return pages.see(own_page(request.args.get("next", "/")))
    return _page(None, next_url=own_page(request.args.get("next", "/")))


@blueprint.post("/sign-in")
@access(PUBLIC, writes=SESSION)
def do_sign_in() -> Response:
    """Password or one-time code; a failure keeps the page and says the same for known and unknown people."""
    known_fields("person", "staff_no", "password", "desk", "next")
    form = forms.read_sign_in(request.form, "password")
    next_url = own_page(request.form.get("next", "/"))
    if form.is_scan:
        return _page(form, next_url=next_url)
    if not form.secret:
        return _page(form, next_url=next_url, refusal=Refused("people.password_missing", field="password"))
    try:
        begun = services.sign_in(
            form.name,
            form.person,
            form.secret,
            place=browser_facts.place(),
            desk_id=browser_facts.chosen_desk(browser_facts.wanted_desk(request.form.get("desk", ""), form.person)),
            language=i18n.current(),
        )
    except Refused as err:
        return _page(form, next_url=next_url, refusal=err)
    browser_facts.become(begun.session.desk_id)
    return begin(begun, next_url)


def begin(begun: services.SignedIn, next_url: str) -> Response:
    """Hand the new session to this browser and go on: first the own password, then what administrators must know."""
    if g.session is not None and g.session.id != begun.session.id:
        services.end_quietly(g.session)
    g.session = begun.session
    browser.keep(browser.SESSION_COOKIE, begun.token)
    browser.drop(VISITOR_COOKIE)
    browser_facts.remember(begun.person.id)
    if begun.must_set_password:
        return pages.see("/first-password")
    assert begun.session.actor is not None
    resets = services.show_resets(begun.session.actor)
    if resets:
        return pages.page("people/reset_notice.html", resets=resets, next_url=next_url)
    return pages.see(_daily_work(begun.session) if next_url == "/" else next_url)


def _daily_work(session: sessions.Session) -> str:
    """Where a person at a desk begins: the first page of the own menu; without a desk the home page."""
    menu = current_app.config["MENU"](session.actor, None) if session.desk_id is not None else []
    return str(menu[0]["url"]) if menu else "/"


@blueprint.post("/sign-out")
@access(PUBLIC, writes=SESSION)
def sign_out() -> Response:
    """Also for a session that has just ended: the person wants out and gets out."""
    if g.session is not None:
        services.sign_out(g.session)
        g.session = None
    browser.drop(browser.SESSION_COOKIE)
    return pages.see("/sign-in")


def _page(form: forms.SignInForm | None, *, next_url: str, refusal: Refused | None = None) -> Response:
    picks = browser_facts.picks(form.person if form and form.is_scan else None)
    status = 200 if refusal is None else 429 if refusal.code == "people.wait" else 422
    return pages.page(
        "people/sign_in.html",
        status=status,
        picks=picks,
        form=form,
        picked=picked_of(form, picks),
        refusal=refusal,
        desks=browser_facts.desk_choices(),
        desk=form.desk_id if form else browser_facts.own_desk(),
        last_desk=browser_facts.LAST_DESK,
        is_last_desk=request.form.get("desk", browser_facts.LAST_DESK) == browser_facts.LAST_DESK,
        next_url=next_url,
        **side(),
    )


def picked_of(form: forms.SignInForm | None, picks: Sequence[queries.Person]) -> bytes | None:
    """Whose tile is marked: the one just used, or the newest on this PC."""
    if form is not None:
        return read_id(form.picked) if not form.staff_no else None
    newest = browser_facts.lately()[:1]
    return newest[0] if newest and any(one.id == newest[0] for one in picks) else None


def side() -> dict[str, object]:
    """The left half: the day, what waits for the line, whom to ask. No patient, no name but staff."""
    day = today()
    date_text = _("%(year)s年%(month)s月%(day)s日 %(weekday)s") % {
        "year": day.year,
        "month": f"{day.month:02d}",
        "day": f"{day.day:02d}",
        "weekday": _(WEEKDAYS[day.weekday()]),
    }
    helpers = "、".join(one.name for one in queries.administrators()[:2])
    return {"date_text": date_text, "waiting": outbox.waiting(), "helpers": helpers}
