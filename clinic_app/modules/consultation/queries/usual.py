"""The usual use of a drug worked out beforehand (常用量), so that a suggestion can show it without asking again."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import i18n, kept
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import yuan
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.workbench import quantity_text
from clinic_app.modules.consultation.queries.working_out import TypedLine, days_limit, per_dose_text, work_out
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True, slots=True)
class Usual:
    """What the usual dose, frequency and days come to: `quantity` in minimum units, the rest as it is shown."""

    quantity: int
    told: str
    dose: str
    amount: str


def usual_of(hit: dictionaries.DrugHit, visit_kind: str, on: date) -> Usual | None:
    """The usual use in the language of the request; None where the doctor must still say something.

    Nothing of it depends on stock or patient, so it is kept as long as the lists and the price are the same.
    """
    return _usual(hit, visit_kind == "emergency", on, i18n.current())


@kept.worked_out
def _usual(
    hit: dictionaries.DrugHit, is_emergency: bool, on: date, _language: str
) -> Usual | None:
    typed = TypedLine(hit.id, f"{hit.usual_dose}{hit.dose_unit}", hit.frequency, str(hit.usual_days or ""), hit.route)
    try:
        worked = work_out(typed, on, limit_days=days_limit("emergency" if is_emergency else "", on))
    except Refused:
        return None
    if worked.stops or worked.weekdays:
        return None
    per_dose = per_dose_text(worked.dose_text, worked.drug)
    dose = f"{words.dose(worked.dose_text, worked.drug)} = {per_dose}" if per_dose else ""
    return Usual(worked.quantity, quantity_text(worked, worked.quantity, worked.drug), dose, yuan(worked.amount_fen))
