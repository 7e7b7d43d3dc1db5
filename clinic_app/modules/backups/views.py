"""The page of the backups (备份): how old the copies are, making one, the targets, the county's key."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from clinic_app.kernel import ports
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal
from clinic_app.modules.backups import forms, queries, services
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

blueprint = Blueprint("backups", __name__, template_folder="templates")
FILES_SHOWN = 60


def _step(step: str) -> str:
    """What the child does now, in words."""
    return {
        "copying": _("正在复制数据库"), "encrypting": _("正在加密"), "reading back": _("正在读回来"),
        "opening": _("正在解密核对"), "reading": _("正在读每一页"), "counting": _("正在逐条核对"),
        "copying out": _("正在复制到备份盘"),
    }.get(step, _("正在准备"))  # fmt: skip


def _kind(kind: str) -> str:
    return {"hourly": _("每小时"), "daily": _("每天"), "upgrade": _("升级前"), "now": _("手动")}.get(kind, kind)


@blueprint.get("/backups/")
@access("backups.view", in_menu=True)
def index() -> Response:
    return _page()


@blueprint.get("/backups/state")
@access("backups.view", is_poll=True)
def state() -> Response:
    """The ages, the progress and the list alone: polled while one is being made; the chip goes with the last answer."""
    values = _state_values()
    return pages.answer("backups/_state.html", events=() if values["progress"] else ("chipsChanged",), **values)


@blueprint.post("/backups/now")
@access("backups.make", writes=ONCE)
def make_now() -> Response:
    """Begin a backup (F9); the page polls until it is through."""
    known_fields()
    command(services.ask_now)
    return pages.see(url_for(".index"))


@blueprint.post("/backups/targets")
@access("backups.set_up", writes=ONCE)
def add_target() -> Response:
    known_fields("place", "folder", "name", "copy_no")
    try:
        form = forms.target(request.form)
        place = services.find_place(form.kind, form.place)
        command(
            lambda uow: services.add_target(uow, kind=form.kind, place=place, name=form.name, copy_no=form.copy_no)
        )
    except Invalid as err:
        return _page({name: refusal(one) for name, one in err.refusals.items()}, status=422)
    except Refused as err:
        return _page({err.field or "place": refusal(err)}, status=422)
    return pages.see(url_for(".index"), _("加好了：%s。从下一次备份开始放一份") % form.name)


@blueprint.post("/backups/targets/<id:target_id>/end")
@access("backups.set_up", writes=ONCE)
def end_target(target_id: bytes) -> Response:
    known_fields()
    command(lambda uow: services.end_target(uow, target_id))
    return pages.see(url_for(".index"), _("不再往上放了，已有的备份还在"))


def _state_values() -> dict[str, Any]:
    """One function for first paint and every poll."""
    maker = ports.bound.backups
    progress = maker.progress() if maker else None
    return {
        "ages": queries.copy_ages(), "progress": progress, "step_words": _step, "kind_words": _kind,
        "failure": queries.newest_failure(),
        "files": maker.files()[:FILES_SHOWN] if maker else (), "drill": queries.last_drill(),
        "has_maker": maker is not None,
    }  # fmt: skip


def _page(
    errors: dict[str, str] | None = None, *, status: int = 200, is_asked_first: bool = False
) -> Response:
    return pages.page(
        "backups/index.html", status=status, errors=errors or {}, typed=request.form, targets=queries.targets(),
        volumes=_new_volumes(), **_state_values(),
    )  # fmt: skip


def _new_volumes() -> list[ports.BackupVolume]:
    """The disks that are there now and hold no copies yet."""
    maker = ports.bound.backups
    present = queries.places_in_use()
    return [one for one in maker.volumes() if not {one.target_id, one.root} & present] if maker else []
