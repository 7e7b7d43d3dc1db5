"""A line of a sheet in the words of the request's language: how it is taken, how much of it is handed out."""

from collections.abc import Iterable
from dataclasses import replace

from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy.queries.sheets import Line
from clinic_app.modules.pharmacy.rules import units_per_dose


def drug_name(line: Line) -> str:
    return words.named(line.drug.name, line.drug.name_en)


def listed(names: Iterable[str]) -> str:
    """Several names in a sentence."""
    return ("、" if words.is_source() else ", ").join(names)


def use(line: Line) -> str:
    """`每次 0.5 g（2粒），每日3次，口服，3 天`: the use as ordered, with the count that a dose is."""
    frequency = dictionaries.frequency(line.frequency)
    facts = {
        "dose": _dose(line),
        "frequency": _frequency(line, frequency),
        "route": _route(line.route),
        "days": ngettext("%(count)d 天", "%(count)d 天", line.days) % {"count": line.days},
    }
    if frequency and frequency.is_single:
        told = _("每次 %(dose)s，%(frequency)s，%(route)s") % facts
    else:
        told = _("每次 %(dose)s，%(frequency)s，%(route)s，%(days)s") % facts
    return _("%(use)s；%(note)s") % {"use": told, "note": line.note} if line.note else told


def herbs(prescription_id: bytes) -> str:
    """`共 7 剂 · 煎剂 · 自煎 · 每日1剂，分2次温服`: what the rows of a herbal sheet do not say."""
    sheet = consultation.prescription(prescription_id)
    if sheet is None:
        return ""
    form = {"decoction": _("煎剂"), "powder": _("散剂"), "granules": _("配方颗粒")}[sheet.herb_form]
    boiled = {"own": _("自煎"), "clinic": _("代煎")}[sheet.herb_boiled]
    doses = ngettext("共 %(count)d 剂", "共 %(count)d 剂", sheet.herb_doses) % {"count": sheet.herb_doses}
    return " · ".join((doses, form, boiled, sheet.herb_use or _("每日1剂，分2次温服")))


def use_of_herb(line: Line) -> str:
    """`每剂 9 g；先煎`: a herb is weighed for each dose of the whole sheet."""
    told = _("每剂 %(dose)s") % {"dose": words.dose(line.dose_text, line.drug)}
    return _("%(use)s；%(note)s") % {"use": told, "note": line.note} if line.note else told


def amount(line: Line) -> str:
    """The minimum units to hand out: `18粒`."""
    return words.count_of(line.quantity, line.drug.min_unit, line.drug.min_unit_en)


def in_packs(quantity: int, line: Line) -> str:
    """The same as packs and rest: `1盒6粒` (QT-08)."""
    return words.in_packs(quantity, line.drug)


def strength(line: Line) -> str:
    """`0.25g×24粒`, the counted unit in the language of the request."""
    return dictionaries.strength(line.drug)


def _dose(line: Line) -> str:
    told = words.dose(line.dose_text, line.drug)
    count = units_per_dose(line.dose_text, line.drug.strength_dose, line.drug.dose_unit)
    if not count:
        return told
    unit = line.drug.min_unit if words.is_source() else words.plural(line.drug.min_unit_en, 1 if count == "1" else 2)
    counted = f"{count}{unit}" if words.is_source() else f"{count} {unit}"
    return _("%(dose)s（%(count)s）") % {"dose": told, "count": counted}


def _frequency(line: Line, frequency: dictionaries.Frequency | None) -> str:
    told = words.named(frequency.name, frequency.name_en) if frequency else line.frequency
    if not line.weekdays:
        return told
    return _("%(frequency)s（%(weekdays)s）") % {"frequency": told, "weekdays": words.weekdays(line.weekdays)}


def _route(code: str) -> str:
    route = next((one for one in dictionaries.routes() if one.code == code), None)
    return words.named(route.name, route.name_en) if route else code


def use_only(line: Line) -> str:
    """The use as on a label, without the doctor's note."""
    return use(replace(line, note=""))


def sheet_states() -> dict[str, tuple[str, str]]:
    """State of a signed sheet (RX-18) to its word and colour."""
    return {
        "signed": (_("待收费"), "warn"), "reviewed": (_("已审方，待收费"), "warn"), "asked": (_("药房有疑问"), "ask"),
        "rejected": (_("药房退回"), "stop"), "paid": (_("已收费，待发药"), "info"),
        "dispensing": (_("配好，待核发"), "info"),
        "owed": (_("发了一部分"), "warn"), "dispensed": (_("已发药"), "ok"), "partly_returned": (_("退了一部分"), ""),
        "returned": (_("已退药"), ""), "refunded": (_("已退费"), ""),
    }  # fmt: skip
