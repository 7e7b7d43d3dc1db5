"""The page of the triage questions (预检问题), the manager's."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FIELDS = ("text", "text_en", "source", "reviewed")


@blueprint.get("/questions")
@access("visits.plan", in_menu=True)
def questions() -> Response:
    """All questions, one of them open, or the form of a new one."""
    return _page(request.args.get("code", ""))


@blueprint.post("/questions")
@access("visits.plan", writes=ONCE)
def add_question() -> Response:
    known_fields("code", *FIELDS)
    code = request.form.get("code", "").strip()[:40]
    try:
        command(lambda uow: services.add_question(uow, code, **_typed()))
    except Invalid as err:
        return _page("", refusals=err.refusals)
    return pages.see(url_for("visits.questions", code=code), _("加上了，分诊时就问"))


@blueprint.post("/questions/<code>")
@access("visits.plan", writes=ONCE)
def change_question(code: str) -> Response:
    """Save one question; what a colleague wrote meanwhile is shown beside and not overwritten."""
    known_fields("rev", *FIELDS)
    try:
        command(lambda uow: services.change_question(uow, code, rev=_rev(), **_typed()))
    except Invalid as err:
        return _page(code, refusals=err.refusals)
    except Stale as err:
        return _page(code, stale=err)
    return pages.see(url_for("visits.questions", code=code), _("存好了"))


@blueprint.post("/questions/<code>/<act>")
@access("visits.plan", writes=ONCE)
def disable_question(code: str, act: str) -> Response:
    """Stop asking a question (`disable`), or ask it again (`enable`)."""
    known_fields("rev")
    if act not in ("disable", "enable"):
        raise Missing("visits.no_such_question")
    command(lambda uow: services.set_question_disabled(uow, code, act == "disable", rev=_rev()))
    return pages.see(url_for("visits.questions", code=code), _("不再问了") if act == "disable" else _("又问了"))


def _rev() -> int:
    text = request.form.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _typed() -> dict[str, str | bool]:
    given = {name: request.form.get(name, "").strip()[:400] for name in FIELDS}
    reviewed = given.pop("reviewed")
    return {**given, "is_reviewed": reviewed == "yes"}


def _page(code: str, *, refusals: dict[str, Refused] | None = None, stale: Stale | None = None) -> Response:
    chosen = queries.question(code) if code else None
    if code and chosen is None:
        raise Missing("visits.no_such_question")
    history = versions.versions_of(queries.QUESTIONS, code) if chosen else []
    values = {
        "code": chosen.code, "text": chosen.text, "text_en": chosen.text_en, "source": chosen.source,
        "reviewed": "yes" if chosen.is_reviewed else "no",
    } if chosen else {"reviewed": "no"}  # fmt: skip
    status = 409 if stale else 422 if refusals else 200
    return pages.page(
        "visits/questions.html", status=status, every=queries.all_questions(), chosen=chosen,
        values={**values, **{name: request.form[name] for name in ("code", *FIELDS) if name in request.form}},
        refusals=refusals or {}, stale=stale, now=chosen, history=history,
        rev=versions.rev_of(queries.QUESTIONS, code) if chosen else 0,
        names=people.names({one.person_id for one in history}),
    )  # fmt: skip
