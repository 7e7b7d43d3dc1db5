"""Who may prescribe what (处方权, RX-16, RX-17)."""

from dataclasses import dataclass

from clinic_app.kernel.errors import Refused

GRADES = ("none", "non_restricted", "restricted", "special")


@dataclass(frozen=True)
class Prescriber:
    """What the certificates of a day allow: `level` physician, assistant, village, trainee or None without one."""

    level: str | None
    narcotic: bool
    antimicrobial: str


@dataclass(frozen=True)
class Asked:
    """What a row asks for, as far as rights go; `grade` and `controlled_class` None for ordinary drugs."""

    drug: str
    controlled_class: str | None
    grade: str | None
    is_village_listed: bool
    is_into_vein: bool
    days: int
    reason: str = ""


def check_right(who: Prescriber, row: Asked, *, is_emergency: bool, village_vein: bool, overstep_days: int) -> None:
    """Refused `consultation.no_prescribing_right`, `.narcotic_right`, `.village_list`, `.village_vein` (unless the
    county approved: `village_vein`), `.special_grade`, `.grade_right`, `.overstep_days`, `.overstep_reason`.

    In an emergency a prescriber oversteps one grade for at most `overstep_days` days, with a reason (RX-17). What a
    trainee writes is co-signed with the note (OR-07).
    """
    if who.level is None:
        raise Refused("consultation.no_prescribing_right", field="drug")
    if who.level == "trainee":
        return  # the rights of who co-signs count, when the sheet is made
    if row.controlled_class in ("narcotic", "psychotropic_1") and not who.narcotic:
        raise Refused("consultation.narcotic_right", field="drug", drug=row.drug)
    if who.level == "village" and not row.is_village_listed:
        raise Refused("consultation.village_list", field="drug", drug=row.drug)
    if row.grade is not None:
        _check_grade(who, row, is_emergency=is_emergency, village_vein=village_vein, overstep_days=overstep_days)


def _check_grade(
    who: Prescriber, row: Asked, *, is_emergency: bool, village_vein: bool, overstep_days: int
) -> None:
    if who.level == "village" and row.is_into_vein and not village_vein:
        raise Refused("consultation.village_vein", field="route", drug=row.drug)
    if row.grade == "special":
        raise Refused("consultation.special_grade", field="drug", drug=row.drug)
    beyond = GRADES.index(row.grade or "none") - GRADES.index(_grade_of(who))
    if beyond <= 0:
        return
    if beyond > 1 or not is_emergency:
        raise Refused("consultation.grade_right", field="drug", drug=row.drug)
    if row.days > overstep_days:
        raise Refused("consultation.overstep_days", field="days", drug=row.drug, days=row.days, most=overstep_days)
    if not row.reason.strip():
        raise Refused("consultation.overstep_reason", field="reason", drug=row.drug)


def _grade_of(who: Prescriber) -> str:
    """Village doctors and assistants go no further than non-restricted, whatever their training (RX-17)."""
    if who.level in ("village", "assistant") and GRADES.index(who.antimicrobial) > 1:
        return "non_restricted"
    return who.antimicrobial
