"""The page of the parameters (机构参数): all in one table by subject, one beside it with its days."""

from flask import Blueprint, Response, request, url_for

from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.modules.parameters import forms, queries, services
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

blueprint = Blueprint("parameters", __name__, template_folder="templates")


@blueprint.get("/parameters")
@access("parameters.view", in_menu=True)
def index() -> Response:
    return _page()


@blueprint.get("/parameters/<name>")
@access("parameters.view")
def one(name: str) -> Response:
    return _page(name)


@blueprint.post("/parameters/<name>")
@access("parameters.change", writes=ONCE)
def change(name: str) -> Response:
    known_fields("value", "valid_from", "source", "seen")
    try:
        form = forms.read(request.form, clock.read().on)
        made = command(
            lambda uow: services.change(
                uow, name, text=form.text, valid_from=form.valid_from, source=form.source, seen=form.seen
            )
        ).result
    except Refused as err:
        if isinstance(err, Missing) or not err.field:
            raise
        return _page(name, err)
    said = _("已改，从 %(day)s 起生效") % {"day": made["valid_from"]}
    return pages.see(url_for("parameters.one", name=name), said)


def _page(name: str = "", refused: Refused | None = None) -> Response:
    """A stale form is drawn again with what holds now and what was typed."""
    on = clock.read().on
    lines = queries.lines(on)
    chosen = next((found for found in lines if found.declared.name == name), None)
    if name and chosen is None:
        raise Missing("parameters.unknown")
    wanted = request.args.get("q", "").strip()[:40]
    groups: dict[str, list[tuple[str, queries.Line]]] = {}
    for found in lines:
        words = pgettext("parameter", found.declared.name)
        if wanted.casefold() in f"{words} {found.declared.name}".casefold():
            groups.setdefault(found.declared.name.partition(".")[0], []).append((words, found))
    status = 200 if refused is None else 409 if refused.code == "parameters.changed_since" else 422
    return pages.page(
        "parameters/index.html",
        status=status,
        groups=groups,
        count=sum(map(len, groups.values())),
        chosen=chosen,
        history=queries.history(name)[::-1] if chosen else [],
        wanted=wanted,
        refused=refused,
        typed=request.form,
        today=on,
    )
