"""What belongs to no subject: health, status chips, language, home."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from clinic_app.kernel import db, i18n, sessions
from clinic_app.kernel.errors import Refused
from clinic_app.web import browser, pages
from clinic_app.web.access import PUBLIC, SESSION, SIGNED_IN, access, actor, of_endpoint
from clinic_app.web.todo import todo_of

PATIENT_SEARCHES = ("visits.registration", "patients.index")  # where F2 leads from the home page, the daily work first
blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/health")
@access(PUBLIC)
def health() -> Response:
    """For the browser's "server unreachable" bar and for watchdogs: 200 while the database answers."""
    db.value("SELECT 1")
    return Response("ok", mimetype="text/plain")


@blueprint.get("/")
@access(SIGNED_IN)
def home() -> Response:
    """Each person's first page: tiles of what the roles may do; F2 leads to the patient search that they may use."""
    seekers = (end for end in PATIENT_SEARCHES if (wanted := of_endpoint(end)) and actor().may(wanted.right))
    found = next(seekers, None)
    waits: dict[str, str] = {}
    for provider in current_app.config["TILES"]:
        waits |= provider(actor())
    return pages.page("web/home.html", find_url=url_for(found) if found else "", waits=waits, todo=todo_of(actor()))


@blueprint.get("/status/chips")
@access(SIGNED_IN, is_poll=True)
def chips() -> Response:
    """The chips alone: the one piece of the frame that is drawn again without its page."""
    g.is_piece = True
    return make_response(render_template("components/_status_chips.html", chips=current_chips()))


def current_chips() -> list[object]:
    providers: list[Callable[..., list[object]]] = current_app.config["CHIPS"]
    return [chip for provider in providers for chip in provider(actor())]


@blueprint.post("/language")
@access(PUBLIC, writes=SESSION, before_pairing=True)
def language() -> Response:
    """Switch this browser's language and come back to the page."""
    wanted = request.form.get("language", "")
    if wanted not in i18n.LANGUAGES:
        raise Refused("web.unknown_language")
    browser.keep(browser.LANGUAGE_COOKIE, wanted, max_age=browser.YEAR)
    if g.session is not None:
        sessions.set_language(g.session, wanted)
    return pages.see(own_page(request.form.get("next", "/")))


def own_page(target: str) -> str:
    """A page that one of our GET routes answers, with its query; for anything else, another site above all, home.

    Browsers drop tabs and line ends from an address and read a backslash as a slash, so `/<tab>/evil` is `//evil`.
    """
    is_path = target.startswith("/") and not target.startswith("//") and not set(target) & set(":\\")
    if not is_path or not target.isprintable():
        return "/"
    try:
        endpoint, _ids = current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except HTTPException:
        return "/"
    wanted = of_endpoint(endpoint)
    return target if wanted is not None and not wanted.is_poll else "/"
