"""Damage documents (报损): submit, and another person approves."""

import re

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.quantity import parse_count
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

_FIELD = re.compile(r"scrap-([0-9a-f]{32})-([0-9a-f]{32})")


@blueprint.get("/damages")
@access("stock.approve", in_menu=True)
def damages() -> Response:
    """What waits for approval, what may be scrapped, and what was."""
    batch = request.args.get("batch", "")
    wanted = bytes.fromhex(batch) if re.fullmatch(r"[0-9a-f]{32}", batch) else b""
    found = queries.damages()
    lines = {one.id: queries.damage_lines(one.id) for one in found if one.state == "submitted"}
    rows = queries.scrappable(clock.today().isoformat(), wanted)
    ids = {one.drug_id for one in rows} | {line.drug_id for some in lines.values() for line in some}
    return pages.page(
        "stock/damages.html", damages=found, lines=lines, rows=rows, drugs=dictionaries.drugs(ids),
        amount=dictionaries.amount, units=dictionaries.pieces, strength=dictionaries.strength,
        named=dictionaries.named, own_id=actor().person_id,
    )  # fmt: skip


@blueprint.post("/damages")
@access("stock.keep", writes=ONCE)
def submit_damage() -> Response:
    """Submit what is to be scrapped (F9)."""
    names = [name for name in request.form if _FIELD.fullmatch(name)]
    known_fields("reason", *names)
    lines = [
        (bytes.fromhex(match[1]), bytes.fromhex(match[2]), parse_count(request.form[name], field=name))
        for name in names
        if (match := _FIELD.fullmatch(name)) and request.form[name].strip()
    ]
    done = command(lambda uow: services.submit_damage(uow, request.form.get("reason", ""), lines)).result
    told = i18n.gettext("报损单 %(number)s 交了，等另一个人批") % {"number": done["damage_no"]}
    return pages.see(url_for(".damages"), told)


@blueprint.post("/damages/<id:damage_id>/approve")
@access("stock.approve", writes=ONCE)
def approve_damage(damage_id: bytes) -> Response:
    """The second person approves; the stock goes."""
    known_fields()
    command(lambda uow: services.approve_damage(uow, damage_id))
    return pages.see(url_for(".damages"), i18n.gettext("批了，库存已减"))


@blueprint.post("/damages/<id:damage_id>/reject")
@access("stock.approve", writes=ONCE)
def reject_damage(damage_id: bytes) -> Response:
    """The second person says no."""
    known_fields()
    command(lambda uow: services.reject_damage(uow, damage_id))
    return pages.see(url_for(".damages"), i18n.gettext("没批，库存没动"))
