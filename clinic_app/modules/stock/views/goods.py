"""What is on hand, and goods-in as an entry grid (库存、入库)."""

from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.money import line_amount
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import forms, queries, services
from clinic_app.modules.stock.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, READS, access
from clinic_app.web.commands import command, known_fields

SHOWN = ("all", queries.NEAR, queries.EXPIRED, queries.SOLD_OUT)
PAGE = 100
MOST_FOUND = 300


@blueprint.get("")
@access("stock.view", in_menu=True)
def on_hand() -> Response:
    """What the pharmacy has, by shelf, a page of it; `show` limits it to near expiry, expired or sold out."""
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    text = request.args.get("q", "")[:100]
    today = clock.today()
    rows = queries.on_hand(today)
    counts = {state: sum(row.state == state for row in rows) for state in SHOWN[1:]}
    if text.strip():
        found = {hit.id for hit in dictionaries.drugs_matching(text, today, MOST_FOUND)}
        rows = [row for row in rows if row.drug_id in found]
    if show != "all":
        rows = [row for row in rows if row.state == show]
    typed = request.args.get("skip", "")
    skip = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 0
    shown: dict[str, Any] = {
        "rows": rows[skip : skip + PAGE],
        "more": skip + PAGE if len(rows) > skip + PAGE else None,
        "show": show,
        "q": text,
        "amount": dictionaries.amount,
        "strength": dictionaries.strength,
    }
    if pages.wants_fragment():
        return pages.answer("stock/_on_hand_rows.html", **shown)
    return pages.page(
        "stock/on_hand.html", counts=counts, place=queries.pharmacy_place(),
        near_days=parameters.value("stock.near_expiry_days", today), **shown,
    )  # fmt: skip


@blueprint.get("/goods-in")
@access("stock.receive", in_menu=True)
def goods_in() -> Response:
    return _goods_page(forms.TypedGoods("", "", [], forms.TypedLine(), None))


@blueprint.get("/goods-in/drugs")
@access("stock.receive")
def goods_in_drugs() -> Response:
    """Suggestions for the drug cell, with the last purchase price."""
    hits = dictionaries.drugs_matching(request.args.get("new_drug", "")[:100], clock.today())
    costs = queries.last_costs(hit.id for hit in hits)
    return pages.answer("stock/_drug_options.html", hits=hits, costs=costs)


@blueprint.get("/goods-in/supplier")
@access("stock.receive")
def supplier_licence() -> Response:
    """Warns of a supplier whose licence has run out (CFG-09); a name typed in freely is nobody's."""
    return pages.answer("stock/_supplier.html", licence=_expired(request.args.get("supplier", "")))


@blueprint.post("/goods-in/lines")
@access("stock.receive", writes=READS)
def goods_in_lines() -> Response:
    """Add the entry row to the grid, take a row out for a change, or drop one; nothing is stored before F9."""
    known_fields(*forms.FIELDS)
    typed = forms.typed_goods(request.form)
    op, _, place = request.form.get("op", "add").partition(":")
    at = int(place) if place.isdecimal() and len(place) < 5 else -1
    focus = "#new_drug"
    if op == "drop" and 0 <= at < len(typed.lines):
        typed.drop(at)
    elif not typed.entry.is_empty or op == "add":
        typed.entry = forms.checked(typed.entry, typed.place_of_entry + 1, clock.today())
        if typed.entry.refusals:
            return _grid(typed, status=422, focus=f"#new_{next(iter(typed.entry.refusals))}")
        at += at >= typed.place_of_entry
        typed.lines = typed.stored_with_entry()
        typed.entry, typed.at = forms.TypedLine(), None
    if op == "change" and 0 <= at < len(typed.lines):
        typed.open(at)
        focus = "#new_batch_no"
    return _grid(typed, focus=focus)


@blueprint.post("/goods-in")
@access("stock.receive", writes=ONCE)
def receive_goods() -> Response:
    """Post the delivery: every line or none; a wrong line is named and stays as typed (PH-03)."""
    known_fields(*forms.FIELDS)
    typed = forms.typed_goods(request.form)
    lines = [forms.checked(line, at, clock.today()) for at, line in enumerate(typed.stored_with_entry(), 1)]
    typed.lines, typed.entry, typed.at = lines, forms.TypedLine(), None
    if not typed.supplier.strip():
        return _refused_page(typed, {"supplier": Refused("stock.supplier_missing", field="supplier")})
    if not lines:
        typed.entry = forms.TypedLine(refusals={"drug": Refused("stock.no_lines", field="drug")})
        return _refused_page(typed)
    goods = [line.goods for line in lines if line.goods is not None]
    if len(goods) < len(lines):
        return _refused_page(typed)
    place_id = queries.pharmacy_place().id
    try:
        result = command(
            lambda uow: services.receive_goods(
                uow, place_id=place_id, supplier=typed.supplier, document_no=typed.document_no, lines=goods
            )
        ).result
    except Invalid as err:
        found = [err.refusals.get(f"lines-{at}") for at in range(len(lines))]
        typed.lines = [
            replace(line, refusals={one.field or "drug": one}) if one else line
            for line, one in zip(lines, found, strict=True)
        ]
        return _refused_page(typed)
    said = i18n.gettext("入库 %(count)s 行，单号 %(number)s") % {"count": len(goods), "number": result["goods_in_no"]}
    if result["prices"]:
        said += i18n.ngettext(
            "；%(count)d 种药明天起按进价卖", "；%(count)d 种药明天起按进价卖", result["prices"]
        ) % {"count": result["prices"]}  # fmt: skip
    if (late := _expired(typed.supplier)) is not None:
        said += i18n.gettext("；供应商许可证 %(day)s 到期了") % {"day": late.licence_until}
    return pages.see(url_for("stock.goods_in"), said)


def _expired(supplier: str) -> dictionaries.Supplier | None:
    found = dictionaries.supplier_named(supplier[: forms.LONGEST])
    return found if found is not None and found.is_expired(clock.today()) else None


def _goods_page(typed: forms.TypedGoods) -> Response:
    return pages.page(
        "stock/goods_in.html", refusals={}, once=None, **_page_values(typed), **_grid_values(typed, clock.today())
    )


def _refused_page(typed: forms.TypedGoods, refusals: dict[str, Refused] | None = None) -> Response:
    """The page as typed; the first wrong row stands open, with the focus in its first wrong cell."""
    wrong = next((at for at, line in enumerate(typed.lines) if line.refusals), None)
    if wrong is not None:
        typed.open(wrong)
    values = _grid_values(typed, clock.today())
    focus = "#supplier" if refusals else f"#new_{next(iter(typed.entry.refusals), 'drug')}"
    return pages.answer(
        "stock/goods_in.html", status=422, focus=focus, refusals=refusals or {}, once=request.form.get("once"),
        **_page_values(typed), **values,
    )  # fmt: skip


def _page_values(typed: forms.TypedGoods) -> dict[str, Any]:
    return {"licence": _expired(typed.supplier), "latest": queries.latest_goods_in(), "place": queries.pharmacy_place()}


def _grid(typed: forms.TypedGoods, *, focus: str, status: int = 200) -> Response:
    return pages.answer("stock/_goods_grid.html", status=status, focus=focus, **_grid_values(typed, clock.today()))


def _grid_values(typed: forms.TypedGoods, today: Any) -> dict[str, Any]:
    """Rows checked once more, so that what is shown is what would be posted."""
    typed.lines = [
        line if line.refusals or line.goods else forms.checked(line, at, today)
        for at, line in enumerate(typed.lines, 1)
    ]
    near = parameters.value("stock.near_expiry_days", today)
    soon = {at for at, line in enumerate(typed.lines) if line.goods and (line.goods.expires_on - today).days <= near}
    return {
        "typed": typed, "amount": dictionaries.amount, "strength": dictionaries.strength, "soon": soon,
        "total_fen": _total(typed.lines),
    }  # fmt: skip


def _total(lines: list[forms.TypedLine]) -> int:
    """Fen of the delivery at purchase prices, each line rounded once."""
    return sum(
        line_amount(line.goods.cost_e4, line.goods.quantity, line.known.pack_size)
        for line in lines if line.goods and line.known
    )  # fmt: skip
