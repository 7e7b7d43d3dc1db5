"""Trace codes (追溯码): recorded at goods-in or at the window, each pack sold once, freed by a return (NS-07)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries, rules
from clinic_app.modules.pharmacy.queries import Line, TracedSale, words

_CODE = (
    "INSERT INTO trace_code(code, drug_id, pack_size, first_seen, seen_at, seen_by) VALUES(?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(code) DO NOTHING"
)
_SALE = "INSERT INTO trace_sale(code, dispense_id, line_id, quantity) VALUES(?, ?, ?, ?)"
_RELEASE = "INSERT INTO trace_release(sale_id, return_id, quantity, is_sellable) VALUES(?, ?, ?, ?)"
MOST_CODES = 500


def record_codes(uow: UnitOfWork, drug_id: bytes, scanned: Sequence[str]) -> dict[str, Any]:
    """Record the codes of packs that came in (入库采码); known codes are counted, codes of another drug refused.

    Returns {"recorded", "known"}. Refused `pharmacy.trace_unreadable`, `.trace_other_drug`.
    """
    drug = dictionaries.drug(drug_id)
    if drug is None:
        raise Refused("pharmacy.trace_no_drug", field="drug")
    if not scanned or len(scanned) > MOST_CODES:
        raise Refused("pharmacy.trace_count", field="codes", most=MOST_CODES)
    recorded = 0
    for text in dict.fromkeys(scanned):
        code = _read(text)
        _check_drug(code, drug_id, dictionaries.named(drug))
        uow.execute(_CODE, (code, drug_id, drug.pack_size, "goods_in", uow.at, uow.actor.person_id))
        recorded += uow.conn.changes()
    uow.audit("pharmacy.record_codes", drug_id, recorded=recorded)
    return {"recorded": recorded, "known": len(dict.fromkeys(scanned)) - recorded}


def sell(
    uow: UnitOfWork, dispense_id: bytes, lines: Sequence[Line], given: Mapping[bytes, int], traces: Iterable[str]
) -> None:
    """Write down which codes go out with which line; a code that was sold already refuses the whole hand-over."""
    by_line = _by_line(traces)
    if set(by_line) - set(given):
        raise Refused("pharmacy.trace_line")
    for line in lines:
        codes = by_line.get(line.id, [])
        if not codes or line.id not in given:
            continue
        for code in codes:
            _check_drug(code, line.drug.id, words.drug_name(line))
            uow.execute(
                _CODE, (code, line.drug.id, line.drug.pack_size, "hand_over", uow.at, uow.actor.person_id)
            )
        known = queries.traced_codes(codes)
        sold = {code: local_text(one.sold_at) for code, one in known.items() if one.sold_at is not None}
        parts = rules.cover(codes, given[line.id], {code: one.left for code, one in known.items()}, sold)
        uow.conn.executemany(_SALE, [(code, dispense_id, line.id, part) for code, part in parts.items()])


def free(
    uow: UnitOfWork, return_id: bytes, out: Sequence[TracedSale], brought: Mapping[bytes, tuple[int, bool]],
    scanned: Sequence[str],
) -> None:
    """Free the codes of packs that came back and were accepted; `brought` says of each line how many units, and whether
    all of them went back to the shelf: only then may their codes be sold again, what is to be scrapped never.

    A line that went out with codes comes back with them: Refused `pharmacy.trace_scan_return` until the scanned ones
    cover what is brought, `pharmacy.trace_not_of_sheet` for others.
    """
    codes = [_read(text) for text in scanned]
    known = {one.code for one in out if one.line_id in brought}
    for code in codes:
        if code not in known:
            raise Refused("pharmacy.trace_not_of_sheet", field="traces", code_given=code)
    for line_id, (quantity, is_sellable) in brought.items():
        sales = [one for one in out if one.line_id == line_id]
        missing = quantity
        for sale in sales:
            if sale.code in codes and missing:
                part = min(sale.out, missing)
                uow.execute(_RELEASE, (sale.id, return_id, part, is_sellable))
                missing -= part
        if sales and missing > 0:
            raise Refused("pharmacy.trace_scan_return", field="traces", missing=missing)


def _by_line(traces: Iterable[str]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for one in traces:
        line, _, code = one.partition(":")
        try:
            line_id = bytes.fromhex(line)
        except ValueError:
            raise Refused("pharmacy.trace_line") from None
        found.setdefault(line_id, []).append(_read(code))
    return found


def _read(text: str) -> str:
    code = rules.trace_code(text)
    if code is None:
        raise Refused("pharmacy.trace_unreadable", field="traces", value=text[:30])
    return code


def _check_drug(code: str, drug_id: bytes, name: str) -> None:
    known = queries.traced(code)
    if known is not None and known.drug_id != drug_id:
        other = dictionaries.drug(known.drug_id)
        raise Refused(
            "pharmacy.trace_other_drug", field="traces", code_given=code, drug=name,
            other=dictionaries.named(other) if other else "",
        )  # fmt: skip
