"""Between signing and handing out a drug's contents may change: the review and `clinic check` hold the same against
the allergies, those of the moment of handing out (O3)."""

from typing import Any

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.clock import today
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.pharmacy import queries
from tests.conftest import Clinic
from tests.modules.dictionaries.test_importing import bring_in, prepared, table, written
from tests.modules.pharmacy.test_dispensing import code_of, hand_out, paid_sheet

LORATADINE, PARACETAMOL = "D0016", "D0011"


def contents(clinic: Clinic, **changed: dict[str, str]) -> None:
    """Bring in the drug list again with other cells for some drugs."""
    rows = table("drugs")
    for row in rows:
        row.update(changed.get(row["code"], {}))
    bring_in(clinic, prepared("drugs", written(rows)))


def allergic_to(clinic: Clinic, patient_id: bytes, kind: str, code: str) -> None:
    entries = [AllergyEntry(kind, code)]
    clinic.run(clinic.actor("doctor"), lambda uow: patients.set_allergies(uow, patient_id, "known", entries))


def broken() -> dict[str, Any]:
    return {one.id: one.violations for one in invariants.results() if not one.holds}


@pytest.mark.rule("O3")
def test_a_substance_that_went_out_of_the_drug_is_no_stop_and_no_violation(clinic: Clinic) -> None:
    sheet, patient_id = paid_sheet(clinic, (LORATADINE,))
    contents(clinic, D0016={"substances": "cetirizine"}, D0011={"substances": "loratadine"})
    allergic_to(clinic, patient_id, "drug", PARACETAMOL)
    assert queries.review(sheet, queries.lines_of(sheet, today())).unanswered == []
    hand_out(clinic, sheet)
    assert broken() == {}


@pytest.mark.rule("O3")
@pytest.mark.parametrize(
    ("changed", "kind", "code"),
    [
        ({"substances": "paracetamol"}, "drug", PARACETAMOL),
        ({"allergy_groups": "penicillins"}, "group", "penicillins"),
        ({"allergy_groups": "penicillins"}, "group", "beta_lactams"),
    ],
)  # fmt: skip
def test_what_came_into_the_drug_is_a_stop(clinic: Clinic, changed: dict[str, str], kind: str, code: str) -> None:
    sheet, patient_id = paid_sheet(clinic, (LORATADINE,))
    contents(clinic, D0016=changed)
    allergic_to(clinic, patient_id, kind, code)
    assert len(queries.review(sheet, queries.lines_of(sheet, today())).unanswered) == 1
    assert code_of(lambda: hand_out(clinic, sheet)) == "pharmacy.allergy_unanswered"


@pytest.mark.rule("O3")
def test_check_knows_what_was_in_the_drug_that_was_handed_out(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, (LORATADINE,))
    contents(clinic, D0016={"allergy_groups": "penicillins"})
    hand_out(clinic, sheet)
    contents(clinic)
    clinic.drop_triggers("dispense")
    clinic.raw('UPDATE dispense SET allergies = \'[{"code":"beta_lactams","kind":"group","text":"x"}]\'')
    assert [why for _what, why in broken()["O3"]] == ["allergy group beta_lactams has no reason"]


def test_kept_stops_are_read_once_for_a_sheet(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, _patient = paid_sheet(clinic)
    lines, reads, read = queries.lines_of(sheet, today()), [], db.read
    assert len(lines) == 3
    monkeypatch.setattr(db, "read", lambda cls, sql, *more: reads.append(sql) or read(cls, sql, *more))
    queries.review(sheet, lines)
    assert len([sql for sql in reads if "kept_stop" in sql]) == 1
