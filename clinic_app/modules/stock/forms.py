"""The goods-in form (入库单): a grid of typed lines becomes goods lines, or refusals that name their line (PH-03)."""

from dataclasses import dataclass, field, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel import money
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import half_width, parse_count
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.queries import Drug, named
from clinic_app.modules.stock.rules import parse_expiry
from clinic_app.modules.stock.rules.goods import check_line, check_not_expired
from clinic_app.modules.stock.services import GoodsLine

CELLS = ("drug_id", "drug", "batch_no", "expires_on", "packs", "cost")
FIELDS = (
    "supplier", "document_no", "op", "at", *(f"line_{cell}" for cell in CELLS), *(f"new_{cell}" for cell in CELLS),
)  # fmt: skip
MOST_LINES = 200
LONGEST = 60


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One row of the grid as typed; `refusals` by cell once it was checked."""

    drug_id: str = ""
    drug: str = ""
    batch_no: str = ""
    expires_on: str = ""
    packs: str = ""
    cost: str = ""
    refusals: dict[str, Refused] = field(default_factory=dict)
    known: Drug | None = None
    goods: GoodsLine | None = None

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.drug.strip(), self.drug_id, self.batch_no.strip(), self.expires_on.strip(), self.packs.strip())
        )


@dataclass(slots=True)
class TypedGoods:
    """The whole form: stored rows, the entry row and where a row taken out for a change goes back."""

    supplier: str
    document_no: str
    lines: list[TypedLine]
    entry: TypedLine
    at: int | None

    @property
    def place_of_entry(self) -> int:
        """Where among the stored rows, counted from 0, the entry row stands."""
        return len(self.lines) if self.at is None else min(self.at, len(self.lines))

    def stored_with_entry(self) -> list[TypedLine]:
        """The rows with the entry row in its place, if anything stands in it."""
        at = self.place_of_entry
        return list(self.lines) if self.entry.is_empty else [*self.lines[:at], self.entry, *self.lines[at:]]

    def open(self, at: int) -> None:
        """Turn a stored row into the entry row."""
        self.entry, self.at = self.lines.pop(at), at

    def drop(self, at: int) -> None:
        """Take a stored row away; the entry row keeps its neighbours."""
        del self.lines[at]
        if self.at is not None and at < self.at:
            self.at -= 1


def typed_goods(form: MultiDict[str, str]) -> TypedGoods:
    """The grid as posted; Refused `stock.too_many_lines` or, for rows with cells missing, `stock.grid_broken`."""
    columns = [form.getlist(f"line_{cell}") for cell in CELLS]
    if len({len(column) for column in columns}) != 1:
        raise Refused("stock.grid_broken")
    if len(columns[0]) > MOST_LINES:
        raise Refused("stock.too_many_lines", most=MOST_LINES)
    at = form.get("at", "")
    return TypedGoods(
        form.get("supplier", "")[:LONGEST], form.get("document_no", "")[:LONGEST],
        [TypedLine(*(cell[:LONGEST] for cell in row)) for row in zip(*columns, strict=True)],
        TypedLine(*(form.get(f"new_{cell}", "")[:LONGEST] for cell in CELLS)),
        int(at) if at.isdecimal() and len(at) < 5 else None,
    )  # fmt: skip


def checked(typed: TypedLine, number: int, today: date) -> TypedLine:
    """The row with its goods line, or with a refusal beside every cell that is wrong; `number` counts from 1."""
    refusals: dict[str, Refused] = {}
    drug = _drug(typed, today, number, refusals)
    batch_no = half_width(typed.batch_no).strip()
    expires_on, packs, cost_e4 = None, 0, 0
    try:
        if not typed.expires_on.strip():
            raise Refused("stock.line_without_expiry", field="expires_on", line=number)
        expires_on = parse_expiry(typed.expires_on)
        check_not_expired(number, named(drug) if drug else "", expires_on, today)
    except Refused as err:
        refusals["expires_on"] = err
    try:
        packs = (
            parse_count(typed.packs, field="packs")
            if typed.packs.strip()
            else _missing("stock.line_without_packs", "packs", number)
        )
    except Refused as err:
        refusals["packs"] = err
    try:
        cost_e4 = (
            money.parse_price(typed.cost, field="cost")
            if typed.cost.strip()
            else _missing("stock.line_without_cost", "cost", number)
        )
    except Refused as err:
        refusals["cost"] = err
    quantity = packs * (drug.pack_size if drug else 1)
    try:
        check_line(number, named(drug) if drug else " ", batch_no, quantity or 1, cost_e4)
    except Refused as err:
        refusals.setdefault(err.field or "batch_no", err)
    is_dated = expires_on is not None and "expires_on" not in refusals
    shown = replace(
        typed, drug_id=drug.id.hex() if drug else "", drug=named(drug) if drug else typed.drug, batch_no=batch_no,
        expires_on=str(expires_on) if is_dated else typed.expires_on, known=drug,
        refusals={cell: refusals[cell] for cell in CELLS if cell in refusals},
    )  # fmt: skip
    if refusals or drug is None or expires_on is None:
        return shown
    return replace(shown, goods=GoodsLine(drug.id, batch_no, expires_on, quantity, cost_e4))


def _missing(code: str, cell: str, number: int) -> int:
    raise Refused(code, field=cell, line=number)


def _drug(typed: TypedLine, today: date, number: int, refusals: dict[str, Refused]) -> Drug | None:
    """The chosen drug; without a choice, the only one that the typed text finds."""
    found = None
    try:
        if typed.drug_id:
            found = dictionaries.drug(bytes.fromhex(typed.drug_id))
    except ValueError:
        pass
    if found is None and typed.drug.strip():
        hits = [hit for hit in dictionaries.drugs_matching(typed.drug, today, 2) if not hit.is_disabled]
        found = dictionaries.drug(hits[0].id) if len(hits) == 1 else None
    if found is None:
        code = "stock.drug_not_chosen" if typed.drug.strip() else "stock.line_without_drug"
        refusals["drug"] = Refused(code, field="drug", line=number, value=typed.drug[:20])
    return found
