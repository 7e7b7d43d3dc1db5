"""The prescription pane of the doctor's page (处方): rows with quantity, stock, amount and what speaks against them."""

from dataclasses import dataclass, field
from datetime import date

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import line_amount
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import safety, words
from clinic_app.modules.consultation.queries.allowed import class_of
from clinic_app.modules.consultation.queries.bottles import without_fluid
from clinic_app.modules.consultation.queries.checking import Setting
from clinic_app.modules.consultation.queries.drawn import Row, Sheet
from clinic_app.modules.consultation.queries.findings import told_of
from clinic_app.modules.consultation.queries.rows import Tried, as_typed, held_of, tried
from clinic_app.modules.consultation.queries.working_out import Lists, Worked, days_limit, lists, per_dose_text
from clinic_app.modules.consultation.rules.interactions import Finding
from clinic_app.modules.consultation.rules.sheets import HERBAL, RED, parts
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.visits import queries as visits


@dataclass(frozen=True)
class Orders:
    """Everything the pane shows; money in fen. `sheets_to_come` is how many sheets the draft rows will fill."""

    rev: int
    rows: list[Row]
    sheets: list[Sheet]
    allergy_state: str
    drugs_fen: int
    fee_fen: int
    most: int
    known: Lists
    notes: dict[str, str] = field(default_factory=dict)
    allergens: dict[str, str] = field(default_factory=dict)
    draft: queries.Prescription | None = None
    is_child: bool = False

    @property
    def to_decide(self) -> int:
        return sum(row.is_open for row in self.rows)

    @property
    def count(self) -> int:
        return len(self.rows) + sum(len(one.rows) for one in self.sheets if one.sheet.state == "signed")

    @property
    def split(self) -> list[int]:
        """Rows per sheet at signing: 6 rows are [5, 1] (RX-04), a special class or herbs on their own sheet."""
        return [len(part.lines) for part in parts([_Placed(row) for row in self.rows], self.most)]

    @property
    def western(self) -> list[Row]:
        return [row for row in self.rows if row.sheet_class != HERBAL]

    @property
    def herbs(self) -> list[Row]:
        return [row for row in self.rows if row.sheet_class == HERBAL]

    @property
    def is_red(self) -> bool:
        """Whether a row asks for a red sheet, which names identity number and agent (RX-03)."""
        return any(row.sheet_class in RED for row in self.rows)


@dataclass(frozen=True)
class _Placed:
    """A row as the rule of sheets sees it."""

    row: Row

    @property
    def sheet_class(self) -> str:
        return self.row.sheet_class

    @property
    def is_long_term(self) -> bool:
        return self.row.line.is_long_term

    @property
    def group_no(self) -> int | None:
        return self.row.line.group_no


def orders(
    visit: visits.Visit, on: date, doctor_id: bytes | None = None, note: queries.Note | None = None
) -> Orders:
    """The sheets of a visit and its draft rows, priced and held against stock and allergies of this moment."""
    found = safety.safety_of(visit.patient_id)
    book = _Book(found, visit, on, doctor_id, note)
    sheets, rows, rev, draft = [], [], 0, None
    for one in queries.prescriptions_of_visit(visit.id):
        lines = queries.lines_of(one.id)
        if one.state == "draft":
            rev, rows, draft = one.rev, book.draft_rows(lines), one
        else:
            drugs = queries.drugs_as_signed(one.id)
            sheets.append(Sheet(one, [book.signed_row(line, one, drugs[line.id]) for line in lines]))
    drugs_fen = sum(row.amount_fen for row in rows)
    drugs_fen += sum(row.amount_fen for one in sheets if one.sheet.state == "signed" for row in one.rows)
    most = parameters.value("consultation.most_drugs_per_sheet", on)
    notes = {code: note for (_kind, code), note in found.notes.items()}
    fee = (visits.fee_fen(on) or 0) if visit.with_fee else 0  # not without a number (VS-05), once in a course (VS-06)
    return Orders(
        rev, rows, sheets, found.state, drugs_fen, fee, most, book.known, notes, _allergens(found), draft,
        book.setting.is_child,
    )  # fmt: skip


def _allergens(found: safety.Safety) -> dict[str, str]:
    """What each recorded allergy is called in the language of the request, by its code."""
    groups = {} if words.is_source() or not found.allergies else dictionaries.group_names()
    return {one.code: groups.get(one.code, one.shown) for one in found.allergies}


class _Book:
    """What all rows of one page are held against, read once."""

    def __init__(
        self, found: safety.Safety, visit: visits.Visit, on: date, doctor_id: bytes | None, note: queries.Note | None
    ):
        self.found, self.visit, self.on = found, visit, on
        self.setting = Setting(visit, on, doctor_id, found=found, note=note)
        self.known = lists()
        self.limit = days_limit(visit.kind, on)
        self.signed: dict[bytes, str] = {}
        self.dry: set[int] = set()
        self.signed_lines: list[tuple[queries.PrescriptionLine, dictionaries.Drug]] = []

    def draft_rows(self, lines: list[queries.PrescriptionLine]) -> list[Row]:
        there = stock.available_of([line.drug_id for line in lines], self.on) if lines else {}
        signed = [tried(self.setting, *one) for one in self.signed_lines] if lines else []
        held, told = held_of(self.setting, lines, signed) if lines else ([], {})
        self.dry = without_fluid([(line, row.drug) for line, row in zip(lines, held, strict=True)], self.on)
        return [
            self._draft_row(line, there.get(line.drug_id, 0), row, told.get(line.id, []))
            for line, row in zip(lines, held, strict=True)
        ]

    def _draft_row(
        self, line: queries.PrescriptionLine, there: int, held: Tried, told: list[Finding]
    ) -> Row:
        drug = held.drug
        groups = dictionaries.groups_of_drug(drug.id) if self.found.allergies else frozenset()
        reasons = queries.kept_stops_of(line.id) if line.stop_reason or line.dose_reason or line.rule_reason else []
        kept = {(one.kind, one.code) for one in reasons}
        findings = self.found.findings(drug, groups)
        open_stops = [one for one in findings if (one.allergy.kind, one.allergy.code) not in kept]
        stops = tuple(one for one in open_stops if one.tier == "stop")
        worked, problem = held.worked, held.problem
        holding = {one.code for one in worked.stops} if worked else set()
        if problem is None and there < line.quantity and not line.is_own:
            problem = Refused(
                "consultation.not_enough_stock", drug=words.named(drug.name, drug.name_en),
                wanted=words.in_packs(line.quantity, drug), there=words.in_packs(there, drug),
            )  # fmt: skip
        return Row(
            line=line, drug=drug, **self._names(line, drug), quantity=quantity_text(worked, line.quantity, drug),
            stock=words.stock_of(there, drug), is_low=there < 2 * line.quantity,
            amount_fen=worked.amount_fen if worked and not line.is_own else 0,
            lasts_days=worked.lasts_days if worked else None,
            problem=problem, stops=stops, looks=tuple(one for one in findings if one.tier == "look"),
            other=safety.replacement_for(drug, groups, self.found, self.on) if stops else None,
            is_long=line.days > self.limit, also_on=self.signed.get(drug.id, ""),
            from_age=None if self.found.is_old_enough(drug, self.on) else drug.minimum_age_years,
            beyond=tuple(one for one in worked.stops if ("dose", one.code) not in kept) if worked else (),
            kept_doses=_kept_doses([one for one in reasons if one.code in holding], drug),
            told=tuple(told_of(one, self.setting) for one in told if ("rule", one.code) not in kept),
            sheet_class=class_of(drug, self.on), lacks_fluid=line.line_no in self.dry,
        )  # fmt: skip

    def signed_row(
        self, line: queries.PrescriptionLine, sheet: queries.Prescription, drug: dictionaries.Drug
    ) -> Row:
        if sheet.state == "signed":
            self.signed[drug.id] = sheet.prescription_no or ""
            self.signed_lines.append((line, drug))
        price = dictionaries.price_on(drug.id, date.fromisoformat(sheet.signed_on)) if sheet.signed_on else None
        amount = 0 if price is None or line.is_own else line_amount(price, line.quantity, drug.pack_size)
        reasons = queries.kept_stops_of(line.id) if line.dose_reason else []
        return Row(
            line=line, drug=drug, **self._names(line, drug), quantity=words.in_packs(line.quantity, drug),
            amount_fen=amount, kept_doses=_kept_doses(reasons, drug),
        )  # fmt: skip

    def _names(self, line: queries.PrescriptionLine, drug: dictionaries.Drug) -> dict[str, str]:
        frequency, route = self.known.frequencies[line.frequency], self.known.routes[line.route]
        return {
            "name": words.named(drug.name, drug.name_en), "dose": words.dose(line.dose_text, drug),
            "per_dose": per_dose_text(line.dose_text, drug),
            "frequency": frequency.name if words.is_source() else line.frequency,
            "route": route.name if words.is_source() else line.route, "weekdays": words.weekdays(line.weekdays),
        }  # fmt: skip


def _kept_doses(reasons: list[queries.KeptStop], drug: dictionaries.Drug) -> tuple[str, ...]:
    return tuple(words.kept_dose(one.code, drug) for one in reasons if one.kind == "dose")


def quantity_text(worked: Worked | None, quantity: int, drug: dictionaries.Drug) -> str:
    """`21粒 → 1盒`: what the course takes and what is handed out; one of them when both read the same."""
    packs = words.in_packs(quantity, drug)
    loose = words.used(quantity, drug.min_unit, drug.min_unit_en) if quantity < drug.pack_size else packs
    return packs if worked is None or worked.used_text in (packs, loose) else f"{worked.used_text} → {packs}"


__all__ = ["Orders", "Row", "Sheet", "as_typed", "orders", "quantity_text"]
