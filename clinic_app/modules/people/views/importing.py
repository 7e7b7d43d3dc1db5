"""Import of a staff list (导入职工): first look at every line, then all or none."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import current
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.people import services
from clinic_app.modules.people.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

EXAMPLES = {
    "zh-CN": (
        ("工号", "姓名", "职称", "角色"),
        ("0021", "林小满", "护师", "护士"),
        ("0022", "高远", "主治医师", "医生/院长"),
    ),
    "en": (
        ("staff_no", "name", "title", "roles"),
        ("0021", "林小满", "护师", "nurse"),
        ("0022", "高远", "主治医师", "doctor/manager"),
    ),
}
"""A list as the reader takes it, in the words of either language."""


@blueprint.get("/people/import")
@access("people.manage")
def import_page() -> Response:
    return _page()


@blueprint.post("/people/import/check")
@access("people.manage")
def check_import() -> Response:
    """Dry run: says of every line what would happen, writes nothing."""
    known_fields("text")
    upload = request.files.get("file")
    data = upload.stream.read() if upload is not None and upload.filename else request.form.get("text", "").encode()
    try:
        lines = services.read_staff_list(data)
    except Refused as err:
        return _page(refusal=err)
    return _page(checked=services.check_staff(lines), text=_as_text(data))


@blueprint.post("/people/import")
@access("people.manage", writes=ONCE)
def do_import() -> Response:
    known_fields("text")
    text = request.form.get("text", "")
    try:
        lines = services.read_staff_list(text.encode())
        made = command(lambda uow: services.import_staff(uow, lines)).result
    except Refused as err:
        if err.code.startswith("once."):
            raise
        return _page(refusal=err, text=text)
    return pages.see(
        url_for("people.staff"),
        _("导入 %(added)s 人，%(unchanged)s 人原来就有。登录还要给每人发一次性代码。") % made,
    )


def _as_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _page(
    *, checked: list[services.CheckedLine] | None = None, text: str = "", refusal: Refused | None = None
) -> Response:
    wrong = sum(1 for one in checked or () if one.refusal)
    return pages.page(
        "people/import.html",
        status=422 if refusal else 200,
        checked=checked,
        wrong=wrong,
        text=text,
        refusal=refusal,
        example=EXAMPLES[current()],
        new=sum(1 for one in checked or () if one.outcome == "new"),
    )
