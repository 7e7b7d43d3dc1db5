"""The starter lists are whole, agree with each other and claim no source they do not have."""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clinic_app.kernel.quantity import COUNTING_UNITS, Dose, parse_dose
from clinic_app.kernel.search import term_keys
from clinic_app.modules.dictionaries import queries

DAY = date(2099, 1, 1)
DATA = Path(__file__).parents[3] / "clinic_app" / "modules" / "dictionaries" / "data"

COLUMNS = {
    "drugs": "code name name_en form form_en strength_text strength_dose dose_unit min_unit min_unit_en pack_unit "
    "pack_unit_en pack_size is_splittable rounding route frequency usual_dose usual_days invoice_category "
    "allergy_groups maker shelf pack_price minimum_age_years substances most_single_dose most_daily_dose "
    "antimicrobial_grade controlled_class needs_skin_test source reviewed",
    "services": "code name name_en unit unit_en invoice_category price kind executing_room panel source reviewed",
    "diagnoses": "code name name_en source reviewed",
    "tcm_terms": "code kind name name_en source reviewed",
    "allergy_groups": "code parent name name_en source reviewed",
    "frequencies": "code name name_en times cycle_days is_single needs_quantity slots source reviewed",
    "routes": "code name name_en slip fee_item next_fee_item source reviewed",
    "invoice_categories": "code name name_en source reviewed",
    "suppliers": "code name name_en licence_no licence_until phone source reviewed",
    "substance_classes": "code name name_en substances is_duplicate source reviewed",
    "substances": "code name name_en most_daily may_repeat valid_from valid_to source reviewed",
    "safety_rules": "code kind subject object age_from_months age_to_months tier tier_village text text_en valid_from "
    "valid_to source reviewed",
    "controlled_limits": "code controlled_class substance patient form most_days most_doses may_be_longer valid_from "
    "valid_to source reviewed",
    "prescribing": "code is_slow_release is_village_listed daily_per_kg opened_days contents source reviewed",
    "divisions/provinces": "code name",
    "divisions/cities": "code name provinceCode",
    "divisions/areas": "code name cityCode provinceCode",
    "divisions/streets": "code name areaCode provinceCode cityCode",
}
COLUMNS["herbs"] = COLUMNS["drugs"]
COUNTS = {"drugs": 200, "herbs": 28, "services": 121, "diagnoses": 300, "divisions/streets": 200}
SOURCES = {
    "drugs": {"practice"},
    "services": {"practice"},
    "diagnoses": {"common knowledge"},
    "allergy_groups": {"common knowledge"},
    "tcm_terms": {"common knowledge"},
    "frequencies": {"common knowledge"},
    "routes": {"common knowledge"},
}
OPTIONAL = {
    "parent", "allergy_groups", "minimum_age_years", "substances", "most_single_dose", "most_daily_dose",
    "antimicrobial_grade", "controlled_class", "executing_room", "panel", "fee_item", "next_fee_item", "slots",
    "licence_until", "phone",
    "most_daily", "valid_to", "object", "age_from_months", "age_to_months", "tier_village", "substance", "most_days",
    "most_doses", "daily_per_kg", "opened_days", "contents",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def codes(name: str) -> set[str]:
    return {row["code"] for row in rows(name)}


def each(name: str, wanted: Callable[[dict[str, str]], bool] = lambda row: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [row for row in rows(name) if wanted(row)], ids=lambda row: row["code"])


def amount(text: str, decimals: int) -> Decimal:
    """A plain positive or zero decimal text as an importer must accept it."""
    assert re.fullmatch(rf"\d+(\.\d{{1,{decimals}}})?", text), text
    return Decimal(text)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_list_has_its_columns_and_every_cell_it_needs(name):
    header = (DATA / f"{name}.csv").read_text("utf-8").partition("\n")[0]
    assert header.split(",") == COLUMNS[name].split()
    for row in rows(name):
        assert None not in row and None not in row.values(), row
        assert [column for column, cell in row.items() if not cell and column not in OPTIONAL] == [], row
        assert all(cell == cell.strip() for cell in row.values()), row


@pytest.mark.parametrize("name", COLUMNS)
def test_codes_are_unique(name):
    assert len(codes(name)) == len(rows(name))


NAMED = [name for name in COLUMNS if "/" not in name and "name" in COLUMNS[name].split() and name != "drugs"]


@pytest.mark.parametrize("name", NAMED)
def test_chinese_and_english_names_are_unique_in_their_script(name):
    listed = rows(name)
    assert len({row["name"] for row in listed}) == len({row["name_en"] for row in listed}) == len(listed)
    assert all(not re.search("[\u3400-\u9fff]", row["name_en"]) for row in listed)


def test_a_drug_is_listed_once_in_each_strength_and_form():
    drugs = rows("drugs")
    for name in ("name", "name_en"):
        assert len({(row[name], row["strength_text"], row["form"]) for row in drugs}) == len(drugs)
    assert all(not re.search("[\u3400-\u9fff]", row["name_en"] + row["form_en"]) for row in drugs)


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_a_list_has_the_promised_number_of_rows(name, count):
    assert len(rows(name)) == count


@pytest.mark.parametrize("name", SOURCES)
def test_no_row_claims_an_official_source_or_a_review(name):
    assert {row["source"] for row in rows(name)} == SOURCES[name]
    assert {row["reviewed"] for row in rows(name)} == {"no"}


def test_every_list_in_the_folder_is_tested_and_described_here():
    assert {path.relative_to(DATA).with_suffix("").as_posix() for path in DATA.rglob("*.csv")} == set(COLUMNS)
    described = (DATA / "README.md").read_text("utf-8")
    for name, columns in COLUMNS.items():
        if "/" not in name:
            assert f"`{name}.csv` | `{', '.join(columns.split())}`" in described


@each("drugs")
def test_a_drug_names_only_known_codes(row):
    assert row["route"] in codes("routes")
    assert row["frequency"] in codes("frequencies")
    assert row["invoice_category"] in {"western_drug", "patent_drug"} & codes("invoice_categories")
    assert set(filter(None, row["allergy_groups"].split(";"))) <= codes("allergy_groups")
    assert row["rounding"] in {"total", "per_dose", "per_day"}
    assert row["is_splittable"] in {"0", "1"}
    assert re.fullmatch(r"[A-Z]-\d\d-\d", row["shelf"])


@each("drugs")
@pytest.mark.rule("QT-01")
def test_a_drug_has_amounts_that_make_a_dose_countable(row):
    strength, dose = amount(row["strength_dose"], 4), amount(row["usual_dose"], 4)
    assert strength > 0 and dose > 0 and amount(row["pack_price"], 4) > 0
    assert int(row["pack_size"]) >= 1 and 1 <= int(row["usual_days"]) <= 28
    if row["dose_unit"] in COUNTING_UNITS:
        assert (row["dose_unit"], strength) == (row["min_unit"], 1)
    assert parse_dose(row["usual_dose"] + row["dose_unit"]) == Dose(dose, row["dose_unit"])
    assert row["minimum_age_years"] == "" or 0 < int(row["minimum_age_years"]) <= 18


@each("drugs", lambda row: row["min_unit_en"] in {"bottle", "tube", "inhaler"})
@pytest.mark.rule("QT-04")
def test_a_container_is_unsplittable_and_counted_over_the_whole_course(row):
    assert (row["is_splittable"], row["rounding"], row["pack_size"]) == ("0", "total", "1")
    assert row["min_unit"] == row["pack_unit"]


@each("drugs", lambda row: row["min_unit_en"] in {"ampoule", "vial", "sachet"})
@pytest.mark.rule("QT-02")
def test_ampoules_vials_and_sachets_are_rounded_per_dose(row):
    assert row["rounding"] == "per_dose"


@each("drugs")
def test_the_strength_as_printed_agrees_with_the_pack(row):
    assert row["strength_text"].endswith((f"×{row['pack_size']}{row['min_unit']}", "×200揿"))


def test_no_two_drugs_share_a_shelf():
    assert len({row["shelf"] for row in rows("drugs")}) == 200


def test_the_drugs_cover_the_cases_that_the_rules_speak_of():
    drugs = rows("drugs")
    groups = {group for row in drugs for group in row["allergy_groups"].split(";")}
    assert {"penicillins", "cephalosporins", "sulfonamides", "macrolides", "nsaids", "aminoglycosides"} <= groups
    assert any(row["pack_price"].count(".") and len(row["pack_price"].split(".")[1]) == 4 for row in drugs)
    halvable = [row for row in drugs if Decimal(row["usual_dose"]) < Decimal(row["strength_dose"])]
    captopril = next(row for row in halvable if row["name"] == "卡托普利片")
    assert (captopril["strength_dose"], captopril["dose_unit"], captopril["rounding"]) == ("25", "mg", "total")


@each("services")
def test_a_service_has_a_price_and_a_known_invoice_line(row):
    assert re.fullmatch(r"\d+\.\d\d", row["price"])
    assert row["invoice_category"] in codes("invoice_categories")


def test_registration_costs_nothing_and_the_general_fee_is_there():
    prices = {row["name"]: row["price"] for row in rows("services")}
    assert prices["挂号费"] == "0.00"
    assert {"一般诊疗费", "肌内注射", "静脉输液", "血常规", "尿常规", "心电图"} <= prices.keys()


@each("diagnoses")
def test_a_diagnosis_code_has_the_six_place_form(row):
    assert re.fullmatch(r"[A-Z]\d\d\.(\d|x)\d\d", row["code"])


@each("allergy_groups")
def test_an_allergy_group_has_a_known_parent_and_no_circle(row):
    parents = {group["code"]: group["parent"] for group in rows("allergy_groups")}
    path = [row["code"]]
    while parents[path[-1]]:
        path.append(parents[path[-1]])
        assert len(path) <= len(parents)


def test_penicillins_and_cephalosporins_are_beta_lactams():
    parents = {row["code"]: row["parent"] for row in rows("allergy_groups")}
    assert parents["penicillins"] == parents["cephalosporins"] == "beta_lactams"


@pytest.mark.rule("QT-05")
def test_frequencies_are_whole_times_in_whole_days():
    cycles = {row["code"]: (int(row["times"]), int(row["cycle_days"])) for row in rows("frequencies")}
    assert cycles["tid"] == (3, 1) and cycles["qod"] == (1, 2)
    assert (cycles["qw"], cycles["biw"], cycles["tiw"]) == ((1, 7), (2, 7), (3, 7))
    assert {row["code"] for row in rows("frequencies") if row["is_single"] == "1"} == {"st", "sos"}
    assert {row["code"] for row in rows("frequencies") if row["needs_quantity"] == "1"} == {"prn"}
    assert {code for code, (times, days) in cycles.items() if times < 1 or days < 1} == {"prn"}


def test_every_route_prints_a_known_slip():
    assert {row["slip"] for row in rows("routes")} == {"oral", "injection", "infusion", "treatment"}


@pytest.mark.rule("FE-01")
def test_invoice_lines_stand_in_their_printed_order():
    outpatient = "挂号费,诊察费,一般诊疗费,检查费,化验费,治疗费,手术费,卫生材料费,西药费,中成药费,中草药费,其他"
    inpatient = "床位费,护理费"
    assert ",".join(row["name"] for row in rows("invoice_categories")) == f"{outpatient},{inpatient}"


@pytest.mark.rule("ID-14")
def test_the_sample_divisions_nest_and_cannot_be_taken_for_real_ones():
    assert codes("divisions/provinces") == {"99"}
    for row in rows("divisions/cities"):
        assert row["code"][:2] == row["provinceCode"] == "99" and len(row["code"]) == 4
    for row in rows("divisions/areas"):
        assert row["code"][:4] == row["cityCode"] and row["cityCode"] in codes("divisions/cities")
        assert row["provinceCode"] == "99" and len(row["code"]) == 6
    for row in rows("divisions/streets"):
        assert row["code"][:6] == row["areaCode"] and row["areaCode"] in codes("divisions/areas")
        assert row["cityCode"] == row["code"][:4] and row["provinceCode"] == "99" and len(row["code"]) == 9


def test_the_practice_clinic_finds_its_own_township():
    town = next(row for row in rows("divisions/streets") if row["name"] == "青溪镇")
    assert town["code"] == "990499101"
    assert {row["code"]: row["name"] for row in rows("divisions/areas")}[town["areaCode"]] == "青溪县"


@pytest.mark.rule("CFG-10")
@pytest.mark.parametrize("name", ["drugs", "services", "diagnoses", "allergy_groups"])
def test_every_row_is_found_by_pinyin_initials(name):
    for row in rows(name):
        keys = term_keys(row["name"])
        assert keys and all(re.fullmatch("[a-z0-9]+", key) for key in keys), row
        assert all(len(key) >= 2 for key in keys), row


@pytest.mark.rule("CFG-10")
def test_a_suggestion_list_offers_every_row_under_its_own_initials_and_its_english_name(clinic):
    matching = {
        "drugs": lambda text: queries.drugs_matching(text, DAY),
        "services": lambda text: queries.services_matching(text, DAY),
        "diagnoses": queries.diagnoses_matching,
    }
    for kind, find in matching.items():
        for row in rows(kind):
            for typed in (*term_keys(row["name"]), row["name"], row["name_en"], row["code"]):
                assert row["code"] in [hit.code for hit in find(typed)], (row["name"], typed)


@pytest.mark.parametrize(
    ("name", "key"),
    [("阿莫西林胶囊", "amxljn"), ("卡托普利片", "ktplp"), ("急性上呼吸道感染", "jxshxdgr"), ("心电图", "xdt")],
)
def test_well_known_rows_have_the_key_a_doctor_types(name, key):
    assert any(row["name"] == name for listed in ("drugs", "services", "diagnoses") for row in rows(listed))
    assert key in term_keys(name)
