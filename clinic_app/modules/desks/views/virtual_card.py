"""The virtual card reader (虚拟读卡器): lay a card on the pad of the own desk, or take it off."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Denied, Invalid, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal
from clinic_app.modules.desks import forms, gateway, queries, services
from clinic_app.modules.desks.queries import Desk
from clinic_app.modules.desks.views import blueprint, words
from clinic_app.modules.desks.views.practice_cards import PRACTICE_CARDS
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

NO_VALUES = dict.fromkeys(forms.CARD_FIELDS, "")


@blueprint.get("/virtual-card")
@access("desks.virtual")
def virtual_card() -> Response:
    return _page(NO_VALUES)


@blueprint.post("/virtual-card/place")
@access("desks.virtual", writes=ONCE)
def place_card() -> Response:
    """One of the practice cards, or a typed one."""
    known_fields(*forms.CARD_FIELDS)
    desk = _own_desk()
    try:
        card = forms.read_card(request.form, PRACTICE_CARDS)
    except Invalid as err:
        values = {name: request.form.get(name, "") for name in forms.CARD_FIELDS}
        errors = {name: refusal(one) for name, one in err.refusals.items()}
        return _page(values, errors=errors, once=request.form.get("once"), status=422)
    act = lambda: gateway.place_card(desk.id, card)  # noqa: E731
    command(lambda uow: services.use_virtual_card(uow, desk.id, act, is_placed=True))
    return pages.see(url_for("desks.virtual_card"), _("卡放上去了，到挂号或患者页按 F4 读卡"))


@blueprint.post("/virtual-card/remove")
@access("desks.virtual", writes=ONCE)
def remove_card() -> Response:
    known_fields()
    desk = _own_desk()
    act = gateway.virtual_reader(desk.id).remove
    command(lambda uow: services.use_virtual_card(uow, desk.id, act, is_placed=False))
    return pages.see(url_for("desks.virtual_card"), _("卡拿走了"))


def _own_desk() -> Desk:
    me = actor()
    if not queries.may_use_virtual_card(me):
        raise Denied("rights.denied")
    desk = queries.desk(me.desk_id) if me.desk_id else None
    if desk is None:
        raise Refused("desks.no_desk")
    if desk.reader_kind != "virtual":
        raise Refused("desks.no_virtual_reader", name=desk.name)
    return desk


def _page(
    values: dict[str, str], *, errors: dict[str, str] | None = None, once: str | None = None, status: int = 200
) -> Response:
    desk = _own_desk()
    summary, focus = words.summary(errors or {}, words.CARD_FIELDS)
    return pages.answer(
        "desks/virtual_card.html", status=status, focus=focus, summary=summary,
        desk=desk, card=gateway.card_on_pad(desk.id), cards=PRACTICE_CARDS,
        values=values, errors=errors or {}, once=once,
    )
