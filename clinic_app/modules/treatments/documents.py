"""Slips of the treatment room (IN-02): bottle labels, injection slip, infusion card, treatment slip; in Chinese."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, i18n, installation
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.treatments import queries

_SLIP = {"labels": "infusion", "injection_slip": "injection", "infusion_card": "infusion",
         "treatment_slip": "treatment"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One execution on paper: one label a group (IN-01), its drugs, route, drip rate and times."""

    label_no: str
    group: int
    route: str
    lines: tuple[tuple[str, str, bool], ...]
    drops: str
    planned_on: str
    done: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slips:
    """What is open for one person, or was begun today."""

    clinic: str
    name: str
    sex: str
    age: str
    person_no: str
    allergies: str
    on: str
    entries: tuple[Entry, ...]


def slips(patient_id: bytes, kind: str, on: date) -> Slips:
    """The entries of one kind of paper; cancelled and refunded ones are left out."""
    shown = i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        banner = patients.banner(patient_id, on)
        assert banner is not None  # the caller has shown the chart
        sex, age = banner.sex_text, banner.age_text
    finally:
        i18n.use(shown)
    wanted, day = _SLIP[kind], on.isoformat()
    found = [
        one for one in queries.entries_of_patient(patient_id, on)
        if one.slip == wanted and one.state != "closed" and (one.planned_on >= day or one.state == "planned")
        and (kind != "labels" or one.planned_on <= day)
    ]  # fmt: skip
    return Slips(
        installation.current().clinic_name, banner.name, sex, age, banner.person_no,
        "、".join(banner.allergies) or "无已知过敏", day, tuple(_entry(one) for one in found),
    )  # fmt: skip


def _entry(one: queries.Execution) -> Entry:
    routes = {route.code: route.name for route in dictionaries.routes()}
    parts = queries.parts_of(one.id)
    return Entry(
        one.label_no, one.group_no, routes.get(one.route, "治疗"),
        tuple((part.name, part.dose_text, bool(part.is_own)) for part in parts),
        f"{one.drops} 滴/分" if one.drops else "", one.planned_on,
        clock.local(one.started_at).strftime("%H:%M") if one.started_at else "", _marks(one, parts),
    )  # fmt: skip


def _marks(one: queries.Execution, parts: list[queries.Part]) -> tuple[str, ...]:
    """Skin tests that allow a drug of the bottle, with number and result (ST-05 prints its source)."""
    marks = []
    for part in parts:
        tests = queries.tests_of_patient(one.patient_id, part.drug_id) if part.drug_id else []
        read = [test for test in tests if test.read_at is not None]
        source = _source_of(part.line_id)
        if source:
            marks.append(f"{part.name} 续用免试：{source}")
        elif read:
            marks.append(f"{part.name} 皮试{'阴性' if read[0].state == 'negative' else '阳性'} {read[0].test_no}")
    return tuple(marks)


def _source_of(line_id: bytes) -> str:
    """The source of the earlier test for which a line needs none, empty without the mark."""
    line = consultation.line(line_id)
    return line.untested_because if line else ""


def held_batch(test: queries.SkinTest) -> str:
    """The batch held for the sheet's line, from which the test is made; empty when nothing is held."""
    bill_id = charging.is_prescription_paid(test.prescription_id)
    held = stock.reservations_of(bill_id) if bill_id else []
    return next((one.batch_no for one in held if one.line_id == test.line_id), "")
