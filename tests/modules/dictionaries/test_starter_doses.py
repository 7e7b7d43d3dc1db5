"""What the starter drugs say of doses, groups and who may prescribe them hangs together."""

from decimal import Decimal
from fractions import Fraction

import pytest

from clinic_app.kernel.quantity import parse_dose
from clinic_app.modules.consultation.rules.quantity import Frequency, Pack, required, units_of_dose
from tests.modules.dictionaries.test_starter_lists import each, rows

HALVABLE = {"片剂", "分散片", "咀嚼片"}
PIECES = {"tablet", "capsule", "pill", "sachet", "suppository", "plaster", "puff", "enema"}
ANTIBACTERIAL_GROUPS = {
    "penicillins", "cephalosporins", "macrolides", "quinolones", "aminoglycosides", "sulfonamides", "tetracyclines",
    "lincosamides", "amphenicols", "nitroimidazoles", "nitrofurans",
}  # fmt: skip
NARCOTIC = {"morphine", "pethidine", "codeine"}
PSYCHOTROPIC = {"diazepam", "estazolam", "phenobarbital", "zolpidem", "tramadol", "dextromethorphan", "diphenoxylate"}


def pack_of(row: dict[str, str]) -> Pack:
    return Pack(
        Fraction(row["strength_dose"]), row["dose_unit"], row["min_unit"], int(row["pack_size"]),
        row["is_splittable"] == "1", row["rounding"],
    )  # fmt: skip


def units(row: dict[str, str]) -> Fraction:
    """Minimum units that the usual dose takes, by the rule that works out every prescription."""
    return units_of_dose(pack_of(row), parse_dose(row["usual_dose"] + row["dose_unit"]))


def frequency(code: str) -> Frequency:
    row = next(one for one in rows("frequencies") if one["code"] == code)
    return Frequency(
        code, int(row["times"]), int(row["cycle_days"]), row["is_single"] == "1", row["needs_quantity"] == "1"
    )


def groups(row: dict[str, str]) -> set[str]:
    return set(filter(None, row["allergy_groups"].split(";")))


def slip(row: dict[str, str]) -> str:
    return {route["code"]: route["slip"] for route in rows("routes")}[row["route"]]


@each("drugs", lambda row: row["min_unit_en"] in PIECES)
@pytest.mark.rule("QT-03")
def test_a_usual_dose_is_whole_pieces_and_only_a_plain_tablet_is_halved(row):
    exact = Fraction(row["usual_dose"]) / Fraction(row["strength_dose"])
    assert units(row) == exact, "a sachet is not shared between two doses"
    assert exact.denominator in ((1, 2) if row["form"] in HALVABLE else (1,))
    assert exact <= 10


@each("drugs", lambda row: row["min_unit_en"] not in PIECES)
@pytest.mark.rule("QT-02")
def test_a_usual_dose_from_a_container_is_not_more_than_it_holds_and_opens_few_ampoules(row):
    assert 0 < units(row) <= (4 if row["rounding"] == "per_dose" else 1)


@each("drugs", lambda row: row["frequency"] != "prn")
@pytest.mark.rule("QT-01")
def test_a_usual_course_can_be_handed_out_in_a_few_packs(row):
    dose = parse_dose(row["usual_dose"] + row["dose_unit"])
    needed = required(pack_of(row), dose, frequency(row["frequency"]), int(row["usual_days"]))
    assert needed.dispensed_units >= needed.minimum_units >= 1
    assert needed.dispensed_units <= 12 * int(row["pack_size"])


@each("drugs")
@pytest.mark.rule("RX-13")
def test_the_usual_use_stays_within_the_limits_of_a_dose_and_of_a_day(row):
    times = {one["code"]: Fraction(int(one["times"]), int(one["cycle_days"])) for one in rows("frequencies")}
    single, daily = row["most_single_dose"], row["most_daily_dose"]
    assert not single or Decimal(row["usual_dose"]) <= Decimal(single)
    assert not daily or Fraction(row["usual_dose"]) * max(times[row["frequency"]], 1) <= Fraction(daily)
    assert not (single and daily) or Decimal(single) <= Decimal(daily)


def test_drugs_of_the_same_substances_belong_to_the_same_groups():
    known: dict[str, tuple[str, str]] = {}
    for row in rows("drugs"):
        if row["substances"]:
            code, of = known.setdefault(row["substances"], (row["code"], row["allergy_groups"]))
            assert row["allergy_groups"] == of, (row["code"], code)


def test_a_substance_is_in_the_groups_of_the_drug_that_is_nothing_else():
    alone = {row["substances"]: groups(row) for row in rows("drugs") if row["substances"].count(";") == 0}
    for row in rows("drugs"):
        for substance in filter(None, row["substances"].split(";")):
            assert alone.get(substance, set()) <= groups(row), (row["code"], substance)


@each("drugs")
@pytest.mark.rule("RX-17")
def test_antibacterials_for_the_whole_body_have_a_grade_and_other_drugs_have_none(row):
    assert row["antimicrobial_grade"] in {"", "non_restricted", "restricted", "special"}
    whole_body = slip(row) != "treatment"
    if groups(row) & ANTIBACTERIAL_GROUPS:
        assert bool(row["antimicrobial_grade"]) == whole_body
    else:
        assert not row["antimicrobial_grade"] or row["substances"] == "fluconazole"


def test_special_grade_antimicrobials_are_none_of_a_township_clinic():
    grades = {row["antimicrobial_grade"] for row in rows("drugs")}
    assert grades == {"", "non_restricted", "restricted"}


@pytest.mark.rule("RX-07")
def test_controlled_drugs_are_known_by_their_class():
    classes: dict[str, set[str]] = {}
    for row in rows("drugs"):
        classes.setdefault(row["controlled_class"], set()).update(row["substances"].split(";"))
    assert classes["narcotic"] == NARCOTIC
    assert classes["psychotropic_1"] == {"methylphenidate"}
    assert classes["psychotropic_2"] >= PSYCHOTROPIC
    assert not (NARCOTIC | PSYCHOTROPIC | {"methylphenidate"}) & classes[""]
    assert set(classes) <= {"", "narcotic", "psychotropic_1", "psychotropic_2", "toxic"}


@each("drugs", lambda row: bool(row["controlled_class"] in {"narcotic", "psychotropic_1"}))
def test_narcotics_lie_in_a_zone_of_their_own(row):
    assert row["shelf"].startswith("K-")
    assert not any(
        one["shelf"].startswith("K-") and one["controlled_class"] not in {"narcotic", "psychotropic_1"}
        for one in rows("drugs")
    )


@each("drugs", lambda row: "quinolones" in row["allergy_groups"])
def test_quinolones_for_the_whole_body_begin_at_18_years(row):
    assert row["minimum_age_years"] == ("18" if slip(row) != "treatment" else "")
