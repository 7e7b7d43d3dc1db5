"""The cash drawer of the own shift (钱箱): float at the start, opening without a sale, cash in and out."""

from flask import Response, request, url_for

from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

KINDS = ("opened", "in", "out")


@blueprint.get("/drawer")
@access("charging.charge")
def ask_drawer() -> Response:
    """The dialog: the float of a shift that is not open yet, else what happens to the drawer now."""
    return pages.page("charging/_drawer.html", shift=queries.open_shift(actor().person_id))


@blueprint.post("/drawer/float")
@access("charging.charge", writes=ONCE)
def open_with_float() -> Response:
    known_fields("amount")
    fen = forms.amount(request.form)
    command(lambda uow: services.open_shift(uow, fen))
    return pages_of.go(url_for("charging.shift"), _("开班了，备用金 %(amount)s") % {"amount": yuan(fen)})


@blueprint.post("/drawer")
@access("charging.charge", writes=ONCE)
def drawer() -> Response:
    known_fields("kind", "amount", "reason")
    kind = forms.one_of(request.form, "kind", KINDS)
    fen = forms.amount(request.form) if kind != "opened" or request.form.get("amount", "").strip() else 0
    command(lambda uow: services.record_drawer(uow, kind, fen, request.form.get("reason", "")))
    told = {
        "opened": _("开钱箱记下了"), "in": _("放入 %(amount)s 记下了"), "out": _("取出 %(amount)s 记下了"),
    }[kind]  # fmt: skip
    return pages_of.go(url_for("charging.shift"), told % {"amount": yuan(fen)})
