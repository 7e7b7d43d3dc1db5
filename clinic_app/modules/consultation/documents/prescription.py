"""The A5 prescription (处方笺) as a browser paper; in Chinese whatever the language of the screen."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import clock, i18n, installation
from clinic_app.kernel.money import line_amount, yuan
from clinic_app.kernel.quantity import packs, packs_text
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.working_out import per_dose_text
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits

_KINDS = {
    "ordinary": "普通", "emergency": "急诊", "paediatric": "儿科", "narcotic": "麻", "psychotropic_1": "精一",
    "psychotropic_2": "精二", "toxic": "毒", "herbal": "中药",
}  # fmt: skip
COLOURS = {
    "emergency": "yellow", "paediatric": "green", "narcotic": "red", "psychotropic_1": "red",
}  # fmt: skip
"""Kind of sheet to the colour of its paper (RX-01); every other kind is white."""
_HERB_FORMS = {"decoction": "煎剂", "powder": "散剂", "granules": "配方颗粒"}
_BOILED = {"own": "自煎", "clinic": "代煎"}
_PAYERS = {
    "self": "自费", "resident": "城乡居民医保", "employee": "城镇职工医保", "aid": "医疗救助", "commercial": "商业保险",
    "free": "免费项目",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One drug on paper: what is handed out, how it is used, and what the doctor signed for twice (RX-13)."""

    name: str
    strength: str
    quantity: str
    use: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A signed sheet ready for print_templates/consultation/prescription.html.j2 (RX-03)."""

    clinic: str
    kind: str
    number: str
    visit_no: str
    payer: str
    name: str
    sex: str
    age: str
    room: str
    diagnoses: tuple[str, ...]
    on: str
    time: str
    allergies: str
    phone: str
    lines: tuple[PaperLine, ...]
    doctor: str
    amount: str
    is_voided: bool
    void_reason: str
    colour: str = ""
    validity: str = "处方当日有效。"
    is_long_term: bool = False
    patient_number: str = ""
    agent: str = ""
    herbs: str = ""
    weight: str = ""
    second_signature: str = ""


def prescription_paper(prescription_id: bytes) -> Paper | None:
    """The paper of a signed or voided sheet; None for a draft or an unknown one."""
    sheet = queries.prescription(prescription_id)
    if sheet is None or sheet.state == "draft" or sheet.signed_on is None or sheet.signed_at is None:
        return None
    visit, person = visits.visit(sheet.visit_id), patients.patient(sheet.patient_id)
    assert visit is not None and person is not None  # foreign keys hold them
    day, shown = date.fromisoformat(sheet.signed_on), i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        banner = patients.banner(sheet.patient_id, day)
        assert banner is not None
        sex, age, phone = banner.sex_text, banner.age_text, banner.phone_masked
    finally:
        i18n.use(shown)
    room = desks.room(visit.room_id)
    lines, amount_fen = _lines(sheet, day)
    return Paper(
        clinic=installation.current().clinic_name, kind=_KINDS[sheet.kind], number=sheet.prescription_no or "",
        visit_no=visit.visit_no, payer=_PAYERS[visit.payer], name=person.name, sex=sex, age=age,
        room=room.name if room else "", diagnoses=_signed_diagnoses(sheet),
        on=sheet.signed_on, time=clock.local(sheet.signed_at).strftime("%H:%M"),
        allergies="、".join(one["text"] for one in json.loads(sheet.allergies)) or "无已知过敏", phone=phone,
        lines=tuple(lines), doctor=people.names([sheet.doctor_id]).get(sheet.doctor_id, ""), amount=yuan(amount_fen),
        is_voided=sheet.state == "voided", void_reason=sheet.void_reason, colour=COLOURS.get(sheet.kind, ""),
        validity=_validity(sheet), is_long_term=bool(sheet.is_long_term), patient_number=sheet.patient_number,
        agent=f"{sheet.agent_name}　身份证 {sheet.agent_number}" if sheet.agent_name else "",
        herbs=_herb_use(sheet) if sheet.kind == "herbal" else "", weight=_weight(sheet),
        second_signature=_second(sheet),
    )  # fmt: skip


def _validity(sheet: queries.Prescription) -> str:
    until = sheet.valid_until
    return "处方当日有效。" if sheet.valid_days == 1 or until is None else f"处方有效至 {until.isoformat()}。"


def _herb_use(sheet: queries.Prescription) -> str:
    """`共 7 剂　煎剂　自煎　每日1剂，分2次温服` (RX-14)."""
    use = sheet.herb_use or "每日1剂，分2次温服"
    return f"共 {sheet.herb_doses} 剂　{_HERB_FORMS[sheet.herb_form]}　{_BOILED[sheet.herb_boiled]}　用法：{use}"


def _weight(sheet: queries.Prescription) -> str:
    """The weight of a child as it was known at signing (RX-12)."""
    weight = json.loads(sheet.patient_state).get("weight", "")
    return f"{weight} kg" if weight and sheet.kind == "paediatric" else ""


def _second(sheet: queries.Prescription) -> str:
    """Who signed for kept stops a second time, and when (RX-13)."""
    if sheet.signed_twice_at is None:
        return ""
    doctor = people.names([sheet.doctor_id]).get(sheet.doctor_id, "")
    return f"{doctor} {clock.local(sheet.signed_twice_at):%H:%M}"


def _signed_diagnoses(sheet: queries.Prescription) -> tuple[str, ...]:
    """The diagnoses of the note as it was signed with this sheet; a later amendment does not change the paper."""
    then = [one for one in queries.note_versions(sheet.visit_id) if one.signed_at <= (sheet.signed_at or 0)]
    return tuple(as_written(one) for one in then[-1].content["diagnoses"]) if then else ()


def as_written(diagnosis: dict[str, Any]) -> str:
    """A diagnosis of a signed version on paper; a suspected one has a question mark."""
    return f"{diagnosis['name']}{'？' if diagnosis.get('is_suspected') else ''}"


def _use_remarks(line: queries.PrescriptionLine) -> list[str]:
    """Bottle group, own drug, and the source of the earlier skin test (IN-01, IN-05, ST-05)."""
    remarks = [f"组{line.group_no}"] if line.group_no else []
    remarks += ["自备药，不收费不发药"] if line.is_own else []
    return remarks + ([f"续用免试，依据：{line.untested_because}"] if line.untested_because else [])


def _pieces(dose: str, drug: dictionaries.Drug) -> str:
    """`（2粒）` behind a measured dose: what the pharmacy counts and the patient takes."""
    with i18n.using(i18n.SOURCE):
        counted = per_dose_text(dose, drug)
    return f"（{counted.removesuffix('/次')}）" if counted else ""


def _lines(sheet: queries.Prescription, day: date) -> tuple[list[PaperLine], int]:
    frequencies = {one.code: one.name for one in dictionaries.frequencies()}
    routes = {one.code: one.name for one in dictionaries.routes()}
    drugs = queries.drugs_as_signed(sheet.id)
    made, amount_fen = [], 0
    for one in queries.lines_of(sheet.id):
        drug = drugs[one.id]
        price = dictionaries.price_on(drug.id, day)
        amount_fen += 0 if price is None or one.is_own else line_amount(price, one.quantity, drug.pack_size)
        quantity = packs_text(packs(one.quantity, drug.pack_size, drug.pack_unit, drug.min_unit))
        if sheet.kind == "herbal":
            quantity = f"{one.quantity}{drug.min_unit}"
        often = frequencies[one.frequency]
        often = f"{often}（{words.weekdays_in_source(one.weekdays)}）" if one.weekdays else often
        use = [f"每次 {one.dose_text}{_pieces(one.dose_text, drug)}", often, routes[one.route]]
        use.append(f"每日最多 {one.most_per_day}{drug.min_unit}" if one.most_per_day else f"{one.days} 天")
        twice = f"医师再签：{_second(sheet).partition(' ')[0]}"
        remarks = [one.note] if one.note else []
        remarks += _use_remarks(one)
        if one.reason:
            remarks.append(f"用药理由：{one.reason}")
        if one.stop_reason:
            remarks.append(f"过敏仍用，理由：{one.stop_reason}　{twice}")
        if one.dose_reason:
            told = "；".join(kept.text for kept in queries.kept_stops_of(one.id) if kept.kind == "dose")
            remarks.append(f"超量仍用（{told}），理由：{one.dose_reason}　{twice}")
        if one.rule_reason:
            told = "；".join(kept.text for kept in queries.kept_stops_of(one.id) if kept.kind == "rule")
            remarks.append(f"拦截后仍用（{told}），理由：{one.rule_reason}　{twice}")
        if sheet.kind == "herbal":
            foot = f"（{one.note}）" if one.note else ""
            strength = f"{one.dose_text} × {one.days} 剂"
            made.append(PaperLine(drug.name + foot, strength, quantity, "", tuple(remarks[bool(one.note) :])))
            continue
        made.append(PaperLine(drug.name, drug.strength_text, quantity, "　".join(use), tuple(remarks)))
    return made, amount_fen
