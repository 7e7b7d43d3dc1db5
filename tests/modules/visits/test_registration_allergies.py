"""Allergies told at the registration desk are never lost: to a colleague, to another record, to an unpicked word."""

import re

import pytest

from clinic_app.kernel import db
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services
from clinic_app.modules.patients.services import AllergyEntry, PatientData

HTMX = {"HX-Request": "true"}
PENICILLINS, SULFONAMIDES = AllergyEntry("group", "penicillins"), AllergyEntry("group", "sulfonamides")
TOLD = {"allergy_kind": "group", "allergy_code": "sulfonamides", "allergy_text": "磺胺类", "allergy_note": ""}


@pytest.fixture
def desk(browser_as):
    return browser_as("registrar")


@pytest.fixture
def wang():
    """王大山, who was never asked."""
    return patients.search("wds")[0].id


def drawn(html):
    """The form as it stands in an answer, ready to be posted."""
    form = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = 'type="radio"' in tag and " checked" not in tag
        if name and not is_off and 'type="checkbox"' not in tag and " disabled" not in tag:
            form.setdefault(name[1], []).append(value[1] if value else "")
    form["payer"] = re.search(r'<option value="(\w+)" selected', html)[1]
    return {name: value for name, value in form.items() if name not in ("csrf", "once")}


def form_of(desk, patient_id):
    return drawn(desk.get(f"/registration/form?patient={patient_id.hex()}", **HTMX).text)


def record(clinic, patient_id, *entries):
    clinic.run(
        clinic.actor("doctor"),
        lambda uow: services.set_allergies(uow, patient_id, "known" if entries else "none", entries),
    )


def codes(patient_id):
    return sorted(one.code for one in patients.allergies_of(patient_id))


def test_an_old_form_never_ends_what_the_doctor_recorded_meanwhile(clinic, desk, wang):
    form = form_of(desk, wang)
    record(clinic, wang, PENICILLINS)
    stale = desk.post("/registration/", {**form, **TOLD, "allergy_state": "known"}, **HTMX)
    assert stale.status_code == 409 and "过敏史也有人刚改过" in stale.text
    assert desk.post("/registration/", drawn(stale.text), **HTMX).status_code == 200
    assert codes(wang) == ["penicillins", "sulfonamides"]


def test_an_old_form_that_says_none_comes_back_with_the_recorded_allergy(clinic, desk, wang):
    form = {**form_of(desk, wang), "allergy_state": "none"}
    record(clinic, wang, PENICILLINS)
    stale = desk.post("/registration/", form, **HTMX)
    assert drawn(stale.text)["allergy_state"] == ["known"]
    desk.post("/registration/", drawn(stale.text), **HTMX)
    assert codes(wang) == ["penicillins"]


def test_a_told_allergy_goes_along_when_an_existing_record_is_chosen(clinic, desk, wang):
    record(clinic, wang)
    chosen = desk.post("/registration/form", {**TOLD, "allergy_state": "known", "chosen": wang.hex()}, **HTMX)
    desk.post("/registration/", drawn(chosen.text), **HTMX)
    assert codes(wang) == ["sulfonamides"]


def test_a_typed_allergy_that_was_not_picked_stops_the_registration(desk, wang):
    form = {**form_of(desk, wang), "allergy_state": "none", "allergen": "青霉素"}
    answer = desk.post("/registration/", form, **HTMX)
    assert answer.status_code == 422 and "“青霉素”还没加进过敏史" in answer.text
    assert patients.patient(wang).allergy_state == "unknown"


@pytest.mark.rule("ID-09")
def test_the_desk_writes_no_allergy_of_a_linked_record_into_the_other(clinic, desk, wang):
    registrar = clinic.actor("registrar")
    made = clinic.run(registrar, lambda uow: services.register_patient(uow, PatientData("王大善")))
    other = bytes.fromhex(made["patient_id"])
    record(clinic, other, PENICILLINS)
    link = clinic.run(registrar, lambda uow: services.link_patients(uow, other, wang))
    row = desk.post("/registration/allergies", {**form_of(desk, wang), **_added(SULFONAMIDES)}, **HTMX)
    form = form_of(desk, wang)
    form.update({name: found for name, found in _entries(row.text).items()})
    assert desk.post("/registration/", {**form, "allergy_state": "known"}, **HTMX).status_code == 200
    assert codes(wang) == ["penicillins", "sulfonamides"]
    clinic.run(registrar, lambda uow: services.unlink_patients(uow, bytes.fromhex(link["link_id"])))
    assert (codes(wang), codes(other)) == (["sulfonamides"], ["penicillins"])


@pytest.fixture
def linked(clinic, wang):
    """Another record of 王大山, with penicillins; taken into his."""
    registrar = clinic.actor("registrar")
    made = clinic.run(registrar, lambda uow: services.register_patient(uow, PatientData("王大善")))
    other = bytes.fromhex(made["patient_id"])
    record(clinic, other, PENICILLINS)
    clinic.run(registrar, lambda uow: services.link_patients(uow, other, wang))
    return patients.patient(other)


@pytest.mark.rule("ID-09")
def test_an_allergy_of_a_linked_record_is_shown_with_its_place_and_is_not_taken_off_here(desk, wang, linked):
    page = desk.get(f"/registration/form?patient={wang.hex()}", **HTMX).text
    assert "青霉素类" in page and f"记在 {linked.person_no} 上" in page and "打开那一份才能去掉" in page
    assert drawn(page)["allergy_state"] == ["known"] and 'aria-label="去掉 青霉素类"' not in page
    row = desk.post("/registration/allergies", {**drawn(page), **_added(SULFONAMIDES)}, **HTMX).text
    assert linked.person_no in row and 'aria-label="去掉 磺胺类"' in row
    assert desk.post("/registration/", drawn(page), **HTMX).status_code == 200
    assert patients.patient(wang).rev == 1 and codes(wang) == ["penicillins"]


@pytest.mark.rule("ID-09")
def test_none_known_is_refused_while_a_linked_record_names_one(desk, wang, linked):
    form = form_of(desk, wang)
    answer = desk.post("/registration/", {**form, "allergy_state": "none"}, **HTMX)
    assert answer.status_code == 422 and f"{linked.person_no} 上记着「青霉素类」" in answer.text
    assert patients.patient(wang).allergy_state == "unknown"


@pytest.mark.rule("ID-09")
def test_what_the_desk_takes_off_its_own_record_leaves_the_linked_one(clinic, desk, wang, linked):
    record(clinic, wang, SULFONAMIDES)
    form = {name: one for name, one in form_of(desk, wang).items() if name not in ("allergy_kind", "allergy_code",
            "allergy_text", "allergy_note")}  # fmt: skip
    assert desk.post("/registration/", form, **HTMX).status_code == 200
    assert codes(wang) == ["penicillins"] and patients.allergies_recorded(wang) == []


def test_a_refused_form_that_shows_a_chart_is_logged(clinic, browser_as, wang):
    cashier = browser_as("cashier")
    assert "王大山" in cashier.post("/registration/", {"patient": wang.hex(), "rev": "1"}, **HTMX).text
    seen = db.rows("SELECT patient_id FROM access_log WHERE person_id = ?", (clinic.actor("cashier").person_id,))
    assert (wang,) in seen


def test_the_slip_opens_its_patient_and_half_a_number_opens_nobody(clinic, desk, wang):
    registrar, room = clinic.actor("registrar"), desks.rooms()[1].id.hex()
    card = services.Identifier("health_card", "6204990012")
    clinic.run(registrar, lambda uow: services.add_identifier(uow, wang, card))
    assert wang.hex() in desk.get("/registration/scan?q=6204990012", **HTMX).text
    assert desk.get("/registration/scan?q=620499001", **HTMX).status_code == 422
    desk.post("/registration/", {**form_of(desk, wang), "room": room}, **HTMX)
    visit_no = db.value("SELECT visit_no FROM visit WHERE patient_id = ?", (wang,))
    assert wang.hex() in desk.get(f"/registration/scan?q={visit_no}", **HTMX).text


def _added(entry):
    return {"add_kind": entry.kind, "add_code": entry.code, "add_text": "磺胺类"}


def _entries(html):
    """The allergy fields of a drawn row."""
    found = {}
    for name in ("allergy_kind", "allergy_code", "allergy_text", "allergy_note"):
        found[name] = [
            re.search(r'value="([^"]*)"', tag)[1] for tag in re.findall(rf'<input[^>]*name="{name}"[^>]*>', html)
        ]
    return found
