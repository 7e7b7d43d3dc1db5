"""The list of villages (村名对照表): statistics code against the part of the health-record numbers (ID-15)."""

from flask import Response, request, url_for

from clinic_app.kernel import i18n, installation
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FIELDS = ("code", "village_name", "record_part", "last_serial", "source")


@blueprint.get("/villages")
@access("patients.villages")
def villages() -> Response:
    """The list with a form for one more."""
    return _page({})


@blueprint.post("/villages")
@access("patients.villages", writes=ONCE)
def add_village() -> Response:
    """Put a village on the list (F9)."""
    known_fields(*FIELDS)
    form = request.form
    try:
        command(
            lambda uow: services.add_village(
                uow, code=form.get("code", ""), name=form.get("village_name", ""),
                record_part=form.get("record_part", ""), last_serial=_serial(form.get("last_serial", "")),
                source=form.get("source", ""),
            )
        )  # fmt: skip
    except Refused as err:
        if err.field is None:
            raise
        return _page(form, {err.field: i18n.refusal(err)}, 422)
    return pages.see(url_for("patients.villages"), _("村记好了"))


@blueprint.get("/villages/<int:code>")
@access("patients.villages")
def village(code: int) -> Response:
    """One village to change, in the form of the list."""
    return _page({}, changing=_village(code))


@blueprint.post("/villages/<int:code>")
@access("patients.villages", writes=ONCE)
def change_village(code: int) -> Response:
    """Save a village (F9)."""
    known_fields("rev", "village_name", "record_part", "last_serial", "is_open")
    form, found = request.form, _village(code)
    rev = form.get("rev", "")
    try:
        command(
            lambda uow: services.change_village(
                uow, found.code, name=form.get("village_name", ""), record_part=form.get("record_part", ""),
                last_serial=_serial(form.get("last_serial", "")), is_open=form.get("is_open") == "1",
                rev=int(rev) if rev.isdecimal() and len(rev) < 10 else 0,
            )
        )  # fmt: skip
    except Refused as err:
        if err.field is None:
            raise
        status = 409 if isinstance(err, Stale) else 422
        return _page(form, {err.field: i18n.refusal(err)}, status, changing=_village(code))
    return pages.see(url_for("patients.villages"), _("村改好了"))


@blueprint.get("/villages/suggest")
@access("patients.edit")
def suggest_villages() -> Response:
    """Villages for the address cell of the card."""
    found = queries.villages_matching(request.args.get("village", ""))
    return pages.page("patients/_villages.html", found=found)


def _page(
    typed: dict[str, str], errors: dict[str, str] | None = None, status: int = 200, *,
    changing: queries.Village | None = None,
) -> Response:  # fmt: skip
    division = installation.current().division_code
    return pages.page(
        "patients/villages.html", status=status, villages=queries.villages(), typed=typed, errors=errors or {},
        changing=changing, area=division[:9], area_name=dictionaries.division_path(division[:9]),
    )  # fmt: skip


def _village(code: int) -> queries.Village:
    found = queries.village(f"{code:012d}")
    if found is None:
        raise Missing("patients.village_missing")
    return found


def _serial(text: str) -> int:
    typed = text.strip() or "0"
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 5):
        raise Refused("patients.village_serial", field="last_serial", least=0, most=99_999)
    return int(typed)
