"""What a visit has to pay (待收项目): open charge lines with the price of a business day."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.money import line_amount
from clinic_app.kernel.quantity import packs, packs_in_english, packs_text
from clinic_app.modules.charging.queries import words
from clinic_app.modules.dictionaries import queries as dictionaries

_LINES = """
SELECT c.id, c.source_kind, c.source_id, c.source_line_id, c.line_no, c.item_kind, c.item_id, c.quantity,
    coalesce(d.name, s.name), coalesce(d.name_en, s.name_en), coalesce(d.strength_text, ''),
    coalesce(d.pack_unit, s.unit), coalesce(d.pack_unit_en, s.unit_en),
    coalesce(d.min_unit, s.unit), coalesce(d.min_unit_en, s.unit_en), coalesce(d.pack_size, 1),
    coalesce(d.invoice_category, s.invoice_category),
    (SELECT p.price_e4 FROM price p WHERE p.item_id = c.item_id AND p.valid_from <= :day
        AND (p.valid_to IS NULL OR p.valid_to >= :day)),
    (SELECT p.price_e4 FROM price p WHERE p.item_id = c.item_id AND p.recorded_at <= coalesce(x.signed_at, c.opened_at)
        AND p.valid_from <= c.opened_on ORDER BY p.valid_from DESC, p.recorded_at DESC LIMIT 1),
    k.name, k.name_en, coalesce(x.prescription_no, ''), coalesce(x.signed_at, c.opened_at), coalesce(u.name, '')
FROM charge_line c
LEFT JOIN drug d ON c.item_kind = 'drug' AND d.id = c.item_id
LEFT JOIN service_item s ON c.item_kind = 'service' AND s.id = c.item_id
LEFT JOIN invoice_category k ON k.code = coalesce(d.invoice_category, s.invoice_category)
LEFT JOIN prescription x ON c.source_kind = 'prescription' AND x.id = c.source_id
LEFT JOIN person u ON u.id = x.doctor_id
WHERE c.visit_id = :visit AND c.state = 'open'
ORDER BY c.source_kind, c.opened_at, c.source_id, c.line_no
"""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open charge line; `quantity` in minimum units, `price_e4` of one pack, None without a price on the day."""

    id: bytes
    source_kind: str
    source_id: bytes
    source_line_id: bytes | int
    line_no: int
    item_kind: str
    item_id: bytes
    quantity: int
    name: str
    name_en: str
    strength_text: str
    pack_unit: str
    pack_unit_en: str
    min_unit: str
    min_unit_en: str
    pack_size: int
    category: str | None
    price_e4: int | None
    signed_price_e4: int | None
    category_name: str | None
    category_name_en: str | None
    prescription_no: str
    signed_at: int
    doctor_name: str

    @property
    def is_divisible(self) -> bool:
        """Whether it may be paid without the other lines of its sheet; a prescription is dispensed, so paid, whole."""
        return self.source_kind != "prescription"

    @property
    def is_price_changed(self) -> bool:
        """Whether the price is another one than the prescription was written at: the cashier is told (FE-03)."""
        return None not in (self.price_e4, self.signed_price_e4) and self.price_e4 != self.signed_price_e4

    @property
    def amount_fen(self) -> int:
        """Rounded once, at the line (QT-07); 0 while there is no price, which no bill lets through."""
        return 0 if self.price_e4 is None else line_amount(self.price_e4, self.quantity, self.pack_size)

    @property
    def unit_text(self) -> str:
        """The quantity as it is sold, for paper: `2盒`, `3盒5粒`."""
        return packs_text(packs(self.quantity, self.pack_size, self.pack_unit, self.min_unit))

    @property
    def shown_name(self) -> str:
        return words.named(self.name, self.name_en)

    @property
    def shown_quantity(self) -> str:
        """The same in the language of the request."""
        if words.is_source():
            return self.unit_text
        return packs_in_english(packs(self.quantity, self.pack_size, self.pack_unit_en, self.min_unit_en))

    @property
    def shown_strength(self) -> str:
        """What stands small behind a drug's name; the counted unit in the language of the request."""
        return dictionaries.strength(self)

    @property
    def price_unit(self) -> str:
        """What the price is for, where it is not the unit that is sold: 18 capsules at 18.70 a box."""
        return words.named(self.pack_unit, self.pack_unit_en) if self.quantity % self.pack_size else ""

    @property
    def shown_category(self) -> str:
        return words.named(self.category_name or "", self.category_name_en or "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The open lines of one source (一张单); `is_by_line`: each of them may be paid alone."""

    source_kind: str
    source_id: bytes
    lines: tuple[OpenLine, ...]

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def is_by_line(self) -> bool:
        return len(self.lines) > 1 and self.lines[0].is_divisible

    @property
    def prescription_no(self) -> str:
        return self.lines[0].prescription_no

    @property
    def signed_at(self) -> int:
        return self.lines[0].signed_at

    @property
    def doctor_name(self) -> str:
        return self.lines[0].doctor_name


def open_lines(visit_id: bytes, on: date) -> list[OpenLine]:
    """What the visit has to pay at the prices of `on`: prescriptions in the order of signing, fees last (FE-03)."""
    return db.read(OpenLine, _LINES, {"visit": visit_id, "day": on.isoformat()})


def open_sheets(visit_id: bytes, on: date) -> list[Sheet]:
    """The same, grouped by source."""
    grouped: dict[bytes, list[OpenLine]] = {}
    for line in open_lines(visit_id, on):
        grouped.setdefault(line.source_id, []).append(line)
    return [Sheet(lines[0].source_kind, source_id, tuple(lines)) for source_id, lines in grouped.items()]
