"""Desks, rooms and their devices, for who looks after them."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal
from clinic_app.modules.desks import forms, queries, rules, services
from clinic_app.modules.desks.queries import Desk, Room
from clinic_app.modules.desks.views import blueprint, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

NEW_DESK = {"name": "", "room_id": "", "printer_kind": "network", "printer_address": "", "reader_kind": "none"}
NEW_ROOM = {"code": "", "name": "", "speciality": "", "is_open": "1"}


@blueprint.get("/desks")
@access("desks.manage", in_menu=True)
def desks() -> Response:
    """All desks; `?paper=` follows a test page just sent."""
    paper = request.args.get("paper", "")
    return _page("desk", None, NEW_DESK, paper=bytes.fromhex(paper) if forms.is_id(paper) else None)


@blueprint.get("/desks/<id:desk_id>")
@access("desks.manage")
def desk(desk_id: bytes) -> Response:
    return _page("desk", desk_id, _values_of(_known_desk(desk_id)))


@blueprint.get("/desks/rooms/new")
@access("desks.manage")
def new_room() -> Response:
    return _page("room", None, NEW_ROOM)


@blueprint.get("/desks/rooms/<id:room_id>")
@access("desks.manage")
def room(room_id: bytes) -> Response:
    found = _known_room(room_id)
    values = {"code": found.code, "name": found.name, "speciality": found.speciality, "is_open": str(found.is_open)}
    return _page("room", room_id, values)


@blueprint.post("/desks/add")
@access("desks.manage", writes=ONCE)
def add_desk() -> Response:
    known_fields(*forms.DESK_FIELDS)
    try:
        typed = forms.read_desk(request.form)
        command(lambda uow: services.add_desk(uow, **_arguments(typed)))
    except (Invalid, Refused) as err:
        return _again("desk", None, err)
    return pages.see(url_for("desks.desks"), _("加好了：%s") % typed.name)


@blueprint.post("/desks/<id:desk_id>/change")
@access("desks.manage", writes=ONCE)
def change_desk(desk_id: bytes) -> Response:
    known_fields(*forms.DESK_FIELDS)
    try:
        typed = forms.read_desk(request.form)
        command(lambda uow: services.change_desk(uow, desk_id, **_arguments(typed)))
    except (Invalid, Refused) as err:
        return _again("desk", desk_id, err)
    return pages.see(url_for("desks.desks"), _("改好了：%s") % typed.name)


@blueprint.post("/desks/<id:desk_id>/close")
@access("desks.manage", writes=ONCE)
def close_desk(desk_id: bytes) -> Response:
    known_fields()
    command(lambda uow: services.close_desk(uow, desk_id))
    return pages.see(url_for("desks.desks"), _("停用了，要用时可以再启用"))


@blueprint.post("/desks/<id:desk_id>/reopen")
@access("desks.manage", writes=ONCE)
def reopen_desk(desk_id: bytes) -> Response:
    known_fields()
    command(lambda uow: services.reopen_desk(uow, desk_id))
    return pages.see(url_for("desks.desks"), _("又启用了，登录时可以选它"))


@blueprint.post("/desks/<id:desk_id>/test-print")
@access("desks.manage", writes=ONCE)
def test_print(desk_id: bytes) -> Response:
    known_fields()
    made = command(lambda uow: services.test_print(uow, desk_id)).result
    return pages.see(url_for("desks.desks", paper=made["job_id"]))


@blueprint.post("/desks/rooms/add")
@access("desks.manage", writes=ONCE)
def add_room() -> Response:
    known_fields(*forms.ROOM_FIELDS)
    typed = forms.read_room(request.form)
    try:
        command(lambda uow: services.add_room(uow, code=typed.code, name=typed.name, speciality=typed.speciality))
    except (Invalid, Refused) as err:
        return _again("room", None, err)
    return pages.see(url_for("desks.desks"), _("加好了：%s") % typed.name)


@blueprint.post("/desks/rooms/<id:room_id>/change")
@access("desks.manage", writes=ONCE)
def change_room(room_id: bytes) -> Response:
    known_fields(*forms.ROOM_FIELDS)
    typed, is_open = forms.read_room(request.form), request.form.get("is_open") == "1"
    try:
        command(
            lambda uow: services.change_room(
                uow, room_id, code=typed.code, name=typed.name, speciality=typed.speciality, is_open=is_open
            )
        )
    except (Invalid, Refused) as err:
        return _again("room", room_id, err)
    return pages.see(url_for("desks.desks"), _("改好了：%s") % typed.name)


def _arguments(typed: forms.DeskForm) -> dict[str, Any]:
    return {name: getattr(typed, name) for name in forms.DESK_FIELDS}


def _known_desk(desk_id: bytes) -> Desk:
    found = queries.desk(desk_id)
    if found is None:
        raise Missing("desks.no_such_desk")
    return found


def _known_room(room_id: bytes) -> Room:
    found = queries.room(room_id)
    if found is None:
        raise Missing("desks.no_such_room")
    return found


def _values_of(found: Desk) -> dict[str, str]:
    return {
        "name": found.name, "room_id": found.room_id.hex() if found.room_id else "", "printer_kind": found.printer_kind,
        "printer_address": found.printer_address, "reader_kind": found.reader_kind,
    }  # fmt: skip


def _again(form: str, record_id: bytes | None, err: Invalid | Refused) -> Response:
    """The page with what was typed and a sentence beside each field; a refusal of no field goes its usual way."""
    if isinstance(err, Refused) and not err.field:
        raise err
    refusals = err.refusals if isinstance(err, Invalid) else {str(err.field): err}
    names = forms.DESK_FIELDS if form == "desk" else forms.ROOM_FIELDS
    values = {name: request.form.get(name, "") for name in names}
    errors = {name: refusal(one) for name, one in refusals.items()}
    return _page(form, record_id, values, errors=errors, once=request.form.get("once"), status=422)


def _page(
    form: str,
    record_id: bytes | None,
    values: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    once: str | None = None,
    paper: bytes | None = None,
    status: int = 200,
) -> Response:
    rooms, counts, opened = queries.rooms(), queries.paper_counts(), queries.desks()
    names = {one.id: one.name for one in rooms}
    lines = [
        {
            "desk": one, "room": names.get(one.room_id or b"", ""), "papers": counts.get(one.id),
            "printer": words.printer(one.printer_kind, one.printer_address), "reader": words.reader(one.reader_kind),
            "unreachable": one.id in counts and counts[one.id].reason in queries.UNREACHABLE,
        }
        for one in opened
    ]  # fmt: skip
    summary, focus = words.summary(errors or {}, words.FIELDS)
    return pages.answer(
        "desks/desks.html", status=status, focus=focus, summary=summary,
        lines=lines, rooms=rooms, closed=queries.closed_desks(), form=form,
        record_id=record_id, values=values, errors=errors or {}, once=once, paper=paper,
        room_options=[(one.id.hex(), one.name) for one in rooms],
        printer_options=[(kind, words.printer(kind, "")) for kind in rules.PRINTER_KINDS],
        reader_options=[(kind, words.reader(kind)) for kind in rules.READER_KINDS],
        is_closed=form == "desk" and record_id is not None and record_id not in {one.id for one in opened},
    )
