"""Prices: one person asks for another price, a second one approves it (ux-guide: change price)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, money
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.modules.dictionaries import forms, queries, services
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.modules.dictionaries.views.lists import item_page, item_url, shown_item
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.post("/<kind>/<id:item_id>/price")
@access("dictionaries.manage", writes=ONCE)
def set_price(kind: str, item_id: bytes) -> Response:
    """Ask for another price from a day on; it holds once a second person has approved it."""
    known_fields("price", "valid_from", "source")
    shown = shown_item(kind, item_id)
    try:
        typed = forms.new_price(request.form)
        command(
            lambda uow: services.propose_price(
                uow, kind, item_id, typed.price_e4, typed.valid_from, typed.source
            )
        )
    except Invalid as err:
        return item_page(shown, status=422, refusals=err.refusals)
    except Refused as err:
        if err.field not in ("price", "valid_from"):
            raise
        return item_page(shown, status=422, refusals={err.field: err})
    said = i18n.gettext("%(name)s 从 %(day)s 起 %(price)s 元：等另一个人批准") % {
        "name": queries.named(shown["it"]),
        "day": typed.valid_from.isoformat(),
        "price": money.price(typed.price_e4),
    }
    return pages.see(item_url(kind, item_id), said)


@blueprint.get("/prices")
@access("dictionaries.manage")
def waiting_prices() -> Response:
    """Prices that wait for their second person."""
    rows = versions.waiting_prices()
    return pages.page(
        "dictionaries/prices.html", rows=rows, names=people.names({row.proposed_by for row in rows}),
        my_id=actor().person_id, today=clock.today().isoformat(), either=queries.either,
    )  # fmt: skip


@blueprint.post("/prices/<id:proposal_id>/approve")
@access("dictionaries.manage", writes=ONCE)
def approve_price(proposal_id: bytes) -> Response:
    """Let a proposed price hold; never the person who proposed it."""
    known_fields()
    result = command(lambda uow: services.approve_price(uow, proposal_id)).result
    said = i18n.gettext("批准了，%(day)s 起按新价收") % {"day": result["valid_from"]}
    return pages.see(url_for("dictionaries.waiting_prices"), said)


@blueprint.post("/prices/approve")
@access("dictionaries.manage", writes=ONCE)
def approve_prices() -> Response:
    """Approve every price of the page that somebody else proposed, all or none."""
    known_fields("proposal")
    wanted = forms.ids(request.form.getlist("proposal"))
    if not wanted:
        raise Refused("dictionaries.form_broken")
    done = command(lambda uow: {"count": len([services.approve_price(uow, one) for one in wanted])}).result["count"]
    return pages.see(url_for("dictionaries.waiting_prices"), i18n.gettext("批准了 %(count)s 个价格") % {"count": done})


@blueprint.post("/prices/<id:proposal_id>/reject")
@access("dictionaries.manage", writes=ONCE)
def reject_price(proposal_id: bytes) -> Response:
    """Turn a proposed price down, or take the own one back."""
    known_fields()
    command(lambda uow: services.reject_price(uow, proposal_id))
    return pages.see(url_for("dictionaries.waiting_prices"), i18n.gettext("退回了，还按原来的价收"))
