"""What the pharmacy's page sends: ticked lines, the batches it showed, a scanned or typed code."""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.quantity import half_width
from clinic_app.modules.pharmacy.queries import Line

FIELDS = ("line", "batches")
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Ticks:
    """The lines ticked so far as hex ids, and the mark of the batches that the page showed."""

    lines: tuple[str, ...]
    batches: str


def ticks(form: MultiDict[str, str]) -> Ticks:
    return Ticks(tuple(form.getlist("line")), form.get("batches", ""))


def typed_code(text: str) -> str:
    """A scanned code in the form codes are stored in: half width, upper case, no space."""
    return "".join(half_width(text[:LONGEST_CODE]).split()).upper()


def line_of_code(lines: Iterable[Line], code: str, ticked: set[str]) -> Line | None:
    """The line of a scanned drug code, an unticked one first when a drug stands on the sheet twice."""
    meant = [line for line in lines if line.drug.code.upper() == code]
    return next((line for line in meant if line.id.hex() not in ticked), meant[0] if meant else None)
