"""What the page of one item says beside its price: how a drug is used, who may prescribe it, where the row is from."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.quantity import COUNTING_UNITS, WRITTEN_OUT, dose_text, parse_dose
from clinic_app.modules.dictionaries.queries.codes import frequency, routes
from clinic_app.modules.dictionaries.queries.drugs import Drug, dose_limits_on
from clinic_app.modules.dictionaries.queries.naming import ENGLISH_UNITS, is_source

_ORIGIN = {
    "drug": "SELECT source, is_reviewed FROM drug WHERE id = ?",
    "service": "SELECT source, is_reviewed FROM service_item WHERE id = ?",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row comes from, as it is told on screen, and whether a person has compared it with that source."""

    told: str
    is_reviewed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """(name, text) of who may prescribe a drug, and of how it is used."""

    ruled: list[tuple[str, str]]
    used: list[tuple[str, str]]


def origin(item_kind: str, item_id: bytes) -> Origin:
    """The origin of a drug or service."""
    source, is_reviewed = db.row(_ORIGIN[item_kind], (item_id,)) or ("", 0)
    told = {"practice": _("练习数据，价格、厂家和货位是编的"), "common knowledge": _("一般专业知识")}
    return Origin(told.get(source, source), bool(is_reviewed))


def facts(drug: Drug, on: date) -> Facts:
    """What a reviewer compares beside pack and price; what nobody knows is left out."""
    used = [(_("常用法"), _usual(drug))]
    limits = dose_limits_on(drug.id, on)
    if limits is not None and limits.most_single_dose:
        used.append((_("成人一次最多"), _dose(drug, limits.most_single_dose)))
    if limits is not None and limits.most_daily_dose:
        used.append((_("成人一天最多"), _dose(drug, limits.most_daily_dose)))
    if drug.minimum_age_years is not None:
        used.append((_("年龄"), _("%(years)s 岁起") % {"years": drug.minimum_age_years}))
    ruled = []
    if drug.antimicrobial_grade is not None:
        ruled.append((_("抗菌药分级"), grade(drug.antimicrobial_grade)))
    if drug.controlled_class is not None:
        ruled.append((_("特殊管理"), controlled(drug.controlled_class)))
    return Facts(ruled, used)


def grade(code: str) -> str:
    """The grade of an antimicrobial (抗菌药物分级, RX-17) in words."""
    return {"non_restricted": _("非限制使用级"), "restricted": _("限制使用级"), "special": _("特殊使用级")}[code]


def controlled(code: str) -> str:
    """The class of a specially controlled drug (特殊管理药品) in words."""
    return {
        "narcotic": _("麻醉药品"), "psychotropic_1": _("第一类精神药品"), "psychotropic_2": _("第二类精神药品"),
        "toxic": _("毒性药品"),
    }[code]  # fmt: skip


def _usual(drug: Drug) -> str:
    often = frequency(drug.frequency)
    way = next((route for route in routes() if route.code == drug.route), None)
    named = [one.name if is_source() else one.name_en for one in (often, way) if one]
    return " · ".join((_dose(drug, drug.usual_dose), *named))


def _dose(drug: Drug, amount: str) -> str:
    if drug.dose_unit in COUNTING_UNITS and not is_source():
        return f"{amount} × {drug.min_unit_en}"
    return dose_text(parse_dose(f"{amount} {drug.dose_unit}"), WRITTEN_OUT if is_source() else ENGLISH_UNITS)
