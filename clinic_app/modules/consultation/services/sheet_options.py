"""What a draft sheet says beside its rows: validity, who fetches a red sheet, how herbs are taken; by rev, unkeyed."""

from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import parse_count
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries.allowed import class_of
from clinic_app.modules.consultation.queries.rows import as_typed
from clinic_app.modules.consultation.queries.working_out import TypedLine, work_out
from clinic_app.modules.consultation.rules.controlled import check_heading
from clinic_app.modules.consultation.rules.sheets import HERBAL
from clinic_app.modules.consultation.rules.validity import check_valid_days
from clinic_app.modules.consultation.rules.wording import check_use
from clinic_app.modules.consultation.services import lines
from clinic_app.modules.consultation.services.opening import writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients

HERB_FORMS = ("decoction", "powder", "granules")
HERB_BOILED = ("own", "clinic")
FOOT_NOTES = ("先煎", "后下", "包煎", "烊化", "冲服", "另煎", "打碎", "鲜用")
"""How a herb is prepared apart from the others (脚注, RX-14)."""
MOST_DOSES = 90


@dataclass(frozen=True)
class Options:
    """As typed."""

    valid_days: str = "1"
    agent_name: str = ""
    agent_number: str = ""


@dataclass(frozen=True)
class HerbOptions:
    """As typed: number of doses (剂), form, use, and who boils them."""

    doses: str = "7"
    form: str = "decoction"
    use: str = ""
    boiled: str = "own"


def set_options(uow: UnitOfWork, visit_id: bytes, typed: Options, rev: int) -> dict[str, Any]:
    """Store validity and agent of the sheets to be signed.

    Refused `consultation.valid_days` (RX-10), `consultation.red_needs_agent` (RX-03), `consultation.agent_number`.
    """
    opened = writable(uow, visit_id)
    days = parse_count(typed.valid_days or "1", field="valid_days")
    check_valid_days(days, parameters.value("consultation.most_valid_days", uow.on))
    name = one_line(typed.agent_name, field="agent", most=40)
    number = "".join(one_line(typed.agent_number, field="agent", most=40).split()).upper()
    if name or number:
        check_heading(patient_number="-", agent_name=name, agent_number=number)
        _check_number(number, opened.visit.patient_id)
    sheet_id = lines.touch(uow, opened, rev)
    uow.execute(
        "UPDATE prescription SET valid_days = ?, agent_name = ?, agent_number = ? WHERE id = ?",
        (days, name, number, sheet_id),
    )
    return {"valid_days": days}


def _check_number(number: str, patient_id: bytes) -> None:
    """Eighteen characters with their check digit, and not the patient's own."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    is_whole = len(number) == 18 and number.isascii() and number[:17].isdigit()
    digit = "10X98765432"[sum(int(sign) * by for sign, by in zip(number[:17], weights, strict=True)) % 11] if (
        is_whole
    ) else ""  # fmt: skip
    if not digit or number[17] != digit:
        raise Refused("consultation.agent_number", field="agent")
    person = patients.patient(patient_id)
    if person is not None and person.identity_number == number:
        raise Refused("consultation.agent_is_patient", field="agent")


def set_herbs(uow: UnitOfWork, visit_id: bytes, typed: HerbOptions, rev: int) -> dict[str, Any]:
    """Store how the herbs are taken; the grams of every herb follow the number of doses (RX-14).

    Refused as rows are, `consultation.herb_form` and `consultation.use_as_told`.
    """
    opened = writable(uow, visit_id)
    doses = parse_count(typed.doses, field="herb_doses", maximum=MOST_DOSES)
    if typed.form not in HERB_FORMS or typed.boiled not in HERB_BOILED:
        raise Refused("consultation.herb_form", field="herb_form")
    use = one_line(typed.use, field="herb_use", most=60)
    check_use(use, 1)
    sheet_id = lines.touch(uow, opened, rev)
    uow.execute(
        "UPDATE prescription SET herb_doses = ?, herb_form = ?, herb_boiled = ?, herb_use = ? WHERE id = ?",
        (doses, typed.form, typed.boiled, use, sheet_id),
    )
    setting = lines.setting_of(uow, opened)
    for one in queries.lines_of(sheet_id):
        drug = dictionaries.drug(one.drug_id)
        if drug is None or class_of(drug, uow.on) != HERBAL or one.days == doses:
            continue
        typed_line = as_typed(one)
        again = TypedLine(one.drug_id, one.dose_text, one.frequency, str(doses), one.route, note=one.note,
                          reason=typed_line.reason)  # fmt: skip
        worked = work_out(again, uow.on, drug=drug, situation=setting.situation(drug))
        uow.execute(
            "UPDATE prescription_line SET days = ?, quantity = ? WHERE id = ?", (worked.days, worked.quantity, one.id)
        )
    return {"doses": doses}


def add_herb(
    uow: UnitOfWork, visit_id: bytes, *, drug_id: bytes, grams: str, foot_note: str, reason: str, rev: int
) -> dict[str, Any]:
    """Store one herb of the draft: grams of one dose, its foot-note; one dose a day for the doses of the sheet.

    Refused as `lines.add_line`, `consultation.not_a_herb`, `consultation.foot_note`.
    """
    drug = dictionaries.drug(drug_id)
    if drug is None:
        raise Refused("consultation.drug_missing", field="drug")
    if class_of(drug, uow.on) != HERBAL:
        raise Refused("consultation.not_a_herb", field="drug", drug=dictionaries.named(drug))
    if foot_note and foot_note not in FOOT_NOTES:
        raise Refused("consultation.foot_note", field="note")
    draft = queries.draft_of_visit(visit_id)
    doses = draft.herb_doses if draft else int(HerbOptions.doses)
    typed = TypedLine(drug_id, grams, drug.frequency, str(doses), drug.route, note=foot_note, reason=reason)
    return lines.add_line(uow, visit_id, typed, rev)
