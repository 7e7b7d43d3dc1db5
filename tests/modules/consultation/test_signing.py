from hashlib import sha256

import pytest

from clinic_app.kernel import clock, db, outbox
from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.visits import queries as visits
from sync.wire.canonical import canonical
from tests.modules.consultation.conftest import (
    ALLERGIC,
    AMOXICILLIN,
    AZITHROMYCIN,
    CEFALEXIN,
    CHILD,
    LORATADINE,
    METRONIDAZOLE,
    NOT_ASKED,
    OMEPRAZOLE,
    PARACETAMOL,
)


def _events(name):
    found = db.rows("SELECT body FROM outbox WHERE event = ? ORDER BY seq", (name,))
    return [outbox.body_of(text) for (text,) in found]


def test_signing_makes_a_version_a_numbered_sheet_and_ends_the_consultation(clinic, writing):
    one = writing()
    one.write()
    line = one.add(AMOXICILLIN)
    made = one.sign()
    sheet = one.signed[0]
    assert made["sheets"] == [sheet.prescription_no] == [f"XQX01C{clock.today():%y%m%d}0001"]
    assert (sheet.state, sheet.kind, sheet.doctor_id) == ("signed", "ordinary", clinic.actor("doctor").person_id)
    assert visits.visit(one.visit_id).state == "finished"
    assert queries.note(one.visit_id).state == "signed"
    event = _events("consultation.prescription_signed")[-1]
    assert event["lines"] == [{"line_id": line, "drug_id": queries.line(line).drug_id, "quantity": 18}]


@pytest.mark.rule("OR-01")
def test_a_visit_without_drugs_closes_only_after_allergies_were_asked(clinic, writing):
    one = writing(NOT_ASKED)
    one.write()
    with pytest.raises(Refused, match="allergy_unknown") as refused:
        one.sign()
    assert refused.value.field == "allergy" and queries.note_versions(one.visit_id) == []
    clinic.run(clinic.actor("doctor"), lambda uow: patient_services.set_allergies(uow, one.patient_id, "none", ()))
    one.sign()
    assert visits.visit(one.visit_id).state == "finished"


@pytest.mark.rule("OR-02")
def test_everything_missing_or_wrong_is_named_at_once_and_nothing_is_signed(writing):
    one = writing()
    with pytest.raises(Invalid) as refused:
        one.sign(temperature="378")
    assert list(refused.value.refusals) == [
        "chief_complaint", "present_illness", "past_history", "examination", "plan", "diagnosis", "temperature",
    ]  # fmt: skip
    assert queries.note_versions(one.visit_id) == []
    assert queries.note(one.visit_id).temperature == ""


def test_the_text_typed_just_before_f9_is_signed_too(writing):
    one = writing()
    one.write()
    one.sign(plan="多饮水", temperature="37.80")
    content = queries.note_versions(one.visit_id)[0].content
    assert (content["plan"], content["temperature"]) == ("多饮水", "37.8")


@pytest.mark.rule("O2")
def test_the_hash_of_a_version_is_that_of_its_content(writing):
    one = writing()
    one.write()
    one.sign()
    version = queries.note_versions(one.visit_id)[0]
    assert version.content_hash == sha256(canonical(version.content)).digest()


@pytest.mark.rule("RX-04")
def test_six_drugs_become_a_sheet_of_five_and_one_of_one(writing):
    one = writing()
    one.write()
    for code in (AMOXICILLIN, AZITHROMYCIN, LORATADINE, PARACETAMOL, METRONIDAZOLE):
        one.add(code)
    one.add(OMEPRAZOLE, days="7")
    one.sign()
    assert [len(queries.lines_of(sheet.id)) for sheet in one.signed] == [5, 1]
    assert [sheet.prescription_no[-4:] for sheet in one.signed] == ["0001", "0002"]
    assert [line.line_no for sheet in one.signed for line in queries.lines_of(sheet.id)] == [1, 2, 3, 4, 5, 1]


@pytest.mark.rule("RX-01")
def test_a_child_s_sheet_is_paediatric(writing):
    one = writing(CHILD)
    one.write()
    one.add(PARACETAMOL)
    one.sign()
    assert one.signed[0].kind == "paediatric"


@pytest.mark.rule("RX-02")
def test_an_emergency_sheet_of_a_child_is_an_emergency_sheet(writing):
    one = writing(CHILD, "emergency")
    one.write()
    one.add(PARACETAMOL)
    one.sign()
    assert one.signed[0].kind == "emergency"


def test_a_visit_without_drugs_is_signed_without_a_sheet(writing):
    one = writing()
    one.write()
    assert one.sign()["sheets"] == []


def test_a_removed_row_is_not_prescribed(writing):
    one = writing()
    one.write()
    gone = one.add(AMOXICILLIN)
    one.add(LORATADINE)
    one.draft(services.delete_line, gone, one.sheet_rev)
    one.sign()
    assert [line.line_no for line in queries.lines_of(one.signed[0].id)] == [1]
    assert len(_events("consultation.prescription_signed")[-1]["lines"]) == 1


def test_a_colleague_cannot_sign(writing):
    one = writing()
    one.write()
    with pytest.raises(Refused, match="other_doctor"):
        one.sign(place=1)


def test_an_old_page_cannot_sign(clinic, writing):
    one = writing()
    one.write()
    one.add(AMOXICILLIN)
    for revs in ({"note_rev": 1, "sheet_rev": 1}, {"note_rev": 2, "sheet_rev": 0}):
        with pytest.raises(Stale):
            clinic.run(
                clinic.actor("doctor"), lambda uow, revs=revs: services.sign_visit(uow, one.visit_id, fields={}, **revs)
            )


def test_signed_is_signed(writing):
    one = writing()
    one.write()
    one.sign()
    with pytest.raises(Refused, match=r"consultation\.signed"):
        one.sign()
    with pytest.raises(Refused, match=r"consultation\.signed"):
        one.note(plan="再改")
    with pytest.raises(Refused, match=r"consultation\.signed"):
        one.add(CEFALEXIN)


def test_stock_that_went_meanwhile_stops_the_signing_at_its_row(clinic, writing):
    one = writing()
    one.write()
    line = one.add(AMOXICILLIN)
    clinic.raw("UPDATE batch SET is_frozen = 1 WHERE drug_id = ?", (queries.line(line).drug_id,))
    with pytest.raises(Refused, match="not_enough_stock") as refused:
        one.sign()
    assert refused.value.field == f"line-{line.hex()}"


def test_what_was_known_of_allergies_stays_with_the_sheet(writing):
    one = writing(ALLERGIC)
    one.write()
    one.add(LORATADINE)
    one.sign()
    assert "penicillins" in one.signed[0].allergies
