"""Stored rows worked out again and held against the rules: for the page, for signing, for a decision on a stop."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries.checking import Held, Setting
from clinic_app.modules.consultation.queries.working_out import TypedLine, work_out
from clinic_app.modules.consultation.rules.interactions import Finding
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True)
class Tried(Held):
    """A stored row worked out again, or why it cannot be."""

    problem: Refused | None = None


def held_of(
    setting: Setting, lines: Sequence[queries.PrescriptionLine], signed: Sequence[Held]
) -> tuple[list[Tried], dict[bytes, list[Finding]]]:
    """The stored rows worked out, and what the rules say against each; `signed` as `signed_of`."""
    rows = []
    for line in lines:
        drug = dictionaries.drug(line.drug_id)
        assert drug is not None  # a foreign key holds it
        rows.append(tried(setting, line, drug))
    return rows, setting.check(rows, signed)


def tried(setting: Setting, line: queries.PrescriptionLine, drug: dictionaries.Drug) -> Tried:
    """One stored row, with why it cannot be worked out where it cannot."""
    worked, problem = None, None
    try:
        worked = work_out(as_typed(line), setting.on, drug=drug, situation=setting.situation(drug))
    except Refused as err:
        problem = err
    return Tried(line.id, drug, line.route, worked, problem)


def signed_of(setting: Setting) -> list[Tried]:
    """The rows of the signed sheets of this visit: what the patient takes beside a draft."""
    found = []
    for sheet in queries.prescriptions_of_visit(setting.visit.id):
        if sheet.state == "signed":
            drugs = queries.drugs_as_signed(sheet.id)
            found += [tried(setting, line, drugs[line.id]) for line in queries.lines_of(sheet.id)]
    return found


def as_typed(line: queries.PrescriptionLine) -> TypedLine:
    """A stored row as it would be typed again."""
    return TypedLine(
        line.drug_id, line.dose_text, line.frequency, str(line.days), line.route,
        str(line.quantity) if line.is_quantity_typed else "", str(line.most_per_day or ""), line.note, line.reason,
        line.weekdays, line.is_long_term,
    )  # fmt: skip
