"""Drug traceability codes (药品追溯码): which scan is one, and how many units of a pack one code may cover (NS-07)."""

import re
from collections.abc import Mapping, Sequence

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import half_width

PREFIX = 7  # the first digits name the drug, its strength and pack
_PLAIN = re.compile(r"[0-9]{20}")


def trace_code(scanned: str) -> str | None:
    """The 20 digits of a trace code, or None for any other scan."""
    text = "".join(half_width(scanned).split())
    return text if _PLAIN.fullmatch(text) else None


def cover(codes: Sequence[str], wanted: int, left_of: Mapping[str, int], sold: Mapping[str, str]) -> dict[str, int]:
    """How many units of each code go out with a line of `wanted` units, in the order scanned.

    `left_of` units of each pack are unsold; `sold` says when a code was sold. Refused `pharmacy.trace_twice`,
    `pharmacy.trace_used` for a code with nothing left, `pharmacy.trace_too_many` for more codes than the line needs,
    `pharmacy.trace_short` when an opened pack holds less than the line.
    """
    found: dict[str, int] = {}
    missing = wanted
    for code in codes:
        if code in found:
            raise Refused("pharmacy.trace_twice", code_given=code)
        if left_of[code] <= 0:
            raise Refused("pharmacy.trace_used", code_given=code, sold=sold.get(code, ""))
        if missing <= 0:
            raise Refused("pharmacy.trace_too_many", code_given=code)
        part = min(left_of[code], missing)
        found[code] = part
        missing -= part
    if codes and missing > 0:
        raise Refused("pharmacy.trace_short", missing=missing)
    return found
