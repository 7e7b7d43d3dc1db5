"""What a bill comes to by each of the three mappings of FE-01: invoice, home page of the record, statistics."""

from clinic_app.kernel import db

# A drug with an antimicrobial grade is the antimicrobial share of the western drugs on the home page.
_SUMS = """
SELECT l.category, CASE WHEN d.antimicrobial_grade IS NOT NULL AND f.home_page_class = 'western_drug'
    THEN 'western_drug_antimicrobial' ELSE f.home_page_class END, f.statistics_class,
    sum(CASE b.kind WHEN 'red' THEN -l.amount_fen ELSE l.amount_fen END)
FROM bill b JOIN bill_line l ON l.bill_id = coalesce(b.corrects_id, b.id)
JOIN charge_line c ON c.id = l.charge_line_id LEFT JOIN drug d ON c.item_kind = 'drug' AND d.id = c.item_id
JOIN fee_mapping f ON f.category = l.category AND f.valid_from = (SELECT max(x.valid_from) FROM fee_mapping x
    WHERE x.category = l.category AND x.valid_from <= b.paid_on)
WHERE b.id = ? GROUP BY 1, 2, 3
"""


def classes_of_bill(bill_id: bytes) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Fen by invoice category, by the home page's fee class, by statistics class; each sums to the bill's total.

    The classes are those of the day on which the bill was paid, whatever they are now.
    """
    sums: tuple[dict[str, int], dict[str, int], dict[str, int]] = ({}, {}, {})
    for *codes, fen in db.rows(_SUMS, (bill_id,)):
        for by_code, code in zip(sums, codes, strict=True):
            by_code[code] = by_code.get(code, 0) + fen
    return sums
