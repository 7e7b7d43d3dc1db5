from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import quantity
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose


def _refusal(call, *args, **options):
    with pytest.raises(Refused) as refused:
        call(*args, **options)
    return refused.value


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("0.5 g", "0.5", "g"), ("0.5g", "0.5", "g"), ("10ml", "10", "ml"), ("０．５ g", "0.5", "g"),
        (".5G", "0.5", "g"),
        ("500 毫克", "500", "mg"), ("50 ug", "50", "μg"), ("50\u00b5g", "50", "μg"), ("50 μg", "50", "μg"),
        ("50微克", "50", "μg"),
        ("12 U", "12", "U"), ("12单位", "12", "U"), ("400iu", "400", "IU"), ("80万单位", "800000", "U"),
        ("160 万 U", "1600000", "U"), ("1,000 mg", "1000", "mg"), ("2片", "2", "片"), ("1.5 袋", "1.5", "袋"),
        ("0.50000 g", "0.5", "g"), ("0。5 mg", "0.5", "mg"), ("1 L", "1", "L"), ("100mL", "100", "ml"),
        ("5.g", "5", "g"),
    ],
)  # fmt: skip
@pytest.mark.rule("RX-11")
def test_reads_a_dose_as_people_type_it(text, amount, unit):
    assert quantity.parse_dose(text) == Dose(Decimal(amount), unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_dose"), ("0.5", "not_a_dose"), ("遵医嘱", "not_a_dose"), ("g", "not_a_dose"),
        ("1,5 g", "not_a_dose"),
        ("0.5 g tid", "not_a_dose"), ("1/2片", "not_a_dose"), ("5万片", "not_a_dose"),
        ("0.5 g" * 300_000, "not_a_dose"),
        ("0.5 匙", "unknown_unit"), ("5 g/kg", "unknown_unit"), ("5\x00", "unknown_unit"), ("5 kg", "unknown_unit"),
        ("0 g", "out_of_range"), ("-1 g", "out_of_range"), ("－1 片", "out_of_range"), ("100000000 U", "out_of_range"),
        ("0.00001 g", "out_of_range"), ("9" * 50 + " mg", "out_of_range"),
    ],
)  # fmt: skip
def test_refuses_what_is_not_a_dose_and_says_why(text, code):
    refusal = _refusal(quantity.parse_dose, text, field="dose")
    assert (refusal.code, refusal.field) == (f"quantity.{code}", "dose")
    assert len(refusal.facts["value"]) <= 21


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("0.50", "g", "0.5 g"), ("10", "ml", "10 ml"), ("10.0", "ml", "10 ml"), ("1E+2", "mg", "100 mg"),
        ("50", "μg", "50微克"), ("12", "U", "12单位"), ("400", "IU", "400国际单位"), ("2", "片", "2片"),
        ("800000", "U", "800,000单位"), ("0.25", "L", "0.25 L"),
    ],
)  # fmt: skip
def test_shows_a_dose_that_cannot_be_misread(amount, unit, text):
    assert quantity.dose_text(Dose(Decimal(amount), unit)) == text


def test_writes_units_out_in_another_language():
    words = {"μg": "micrograms", "U": "units", "片": "tablets"}
    assert quantity.dose_text(Dose(Decimal(50), "μg"), words) == "50 micrograms"
    assert quantity.dose_text(Dose(Decimal(2), "片"), words) == "2 tablets"


DOSES = st.builds(
    Dose,
    st.decimals("0.0001", 99_999_999, allow_nan=False, places=4),
    st.sampled_from(["g", "mg", "μg", "ng", "L", "ml", "U", "IU", "片", "支"]),
)


@given(DOSES)
def test_reads_back_every_dose_it_shows(dose):
    assert quantity.parse_dose(quantity.dose_text(dose)) == dose


@given(DOSES, st.sampled_from(["g", "mg", "μg", "ng", "L", "ml", "U", "IU", "片", "支"]))
def test_conversion_is_exact_there_and_back_or_refused(dose, unit):
    if quantity.convertible(dose.unit, unit):
        assert quantity.convert(quantity.convert(dose, unit), dose.unit) == dose
    else:
        assert _refusal(quantity.convert, dose, unit).code == "quantity.not_convertible"


@pytest.mark.rule("RX-11")
def test_units_of_mass_and_volume_are_those_of_a_sheet():
    same = [quantity.convert(Dose(Decimal(1), "g"), unit).amount for unit in ("g", "mg", "μg", "ng")]
    assert same == [1, 1_000, 1_000_000, 1_000_000_000]
    assert [quantity.convert(Dose(Decimal(1), "L"), unit).amount for unit in ("L", "ml")] == [1, 1_000]


def test_converts_within_mass_and_within_volume_only():
    assert quantity.convert(Dose(Decimal("0.5"), "g"), "mg") == Dose(Decimal(500), "mg")
    assert quantity.convert(Dose(Decimal(250), "μg"), "mg") == Dose(Decimal("0.25"), "mg")
    assert quantity.convert(Dose(Decimal("0.1"), "L"), "ml") == Dose(Decimal(100), "ml")
    assert not quantity.convertible("g", "ml")
    assert not quantity.convertible("U", "IU")
    assert not quantity.convertible("片", "粒")
    assert quantity.convertible("片", "片")


@pytest.mark.rule("QT-08")
@pytest.mark.parametrize(
    ("count", "size", "text"),
    [
        (77, 24, "3盒5粒"), (72, 24, "3盒"), (5, 24, "5粒"), (0, 24, "0粒"), (-77, 24, "−3盒5粒"), (-5, 24, "−5粒"),
        (3, 1, "3盒"),
    ],
)  # fmt: skip
def test_shows_minimum_units_as_packs_and_rest(count, size, text):
    assert quantity.packs_text(quantity.packs(count, size, "盒", "粒")) == text


@pytest.mark.rule("QT-08")
@pytest.mark.parametrize(
    ("count", "text"),
    [(77, "3 boxes 5 capsules"), (48, "2 boxes"), (0, "0 capsules"), (-25, "−1 box 1 capsule")],
)
def test_packs_and_rest_have_english_words_too(count, text):
    assert quantity.packs_in_english(quantity.packs(count, 24, "box", "capsule")) == text


def test_a_unit_of_measure_has_no_plural() -> None:
    assert [quantity.plural(unit, 6) for unit in ("g", "ml", "bag", "box")] == ["g", "ml", "bags", "boxes"]


@pytest.mark.rule("QT-08")
@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_packs_and_rest_lose_no_unit(count, size):
    split = quantity.packs(count, size, "盒", "粒")
    assert split.packs * size + split.loose == count
    assert abs(split.loose) < size


@pytest.mark.parametrize(("text", "count"), [("21", 21), (" ２１ ", 21), ("007", 7), ("99999", 99_999), ("1", 1)])
def test_reads_a_count(text, count):
    assert quantity.parse_count(text, field="days") == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_count"), ("三", "not_a_count"), ("3.5", "not_a_count"), ("3盒", "not_a_count"),
        ("+3", "not_a_count"),
        ("٣", "not_a_count"), ("²", "not_a_count"), ("1 000", "not_a_count"), ("1" * 2**20, "not_a_count"),
        ("\x00", "not_a_count"),
        ("0", "too_small"), ("-3", "too_small"), ("100000", "too_large"), ("9" * 60, "too_large"),
    ],
)  # fmt: skip
def test_refuses_what_is_not_a_usable_count(text, code):
    refusal = _refusal(quantity.parse_count, text, field="days")
    assert (refusal.code, refusal.field) == (f"quantity.{code}", "days")


def test_names_the_limit_that_was_passed():
    assert _refusal(quantity.parse_count, "8", field="days", maximum=7).facts == {"value": "8", "maximum": 7}
    assert _refusal(quantity.parse_count, "1", field="days", minimum=2).facts == {"value": "1", "minimum": 2}
    assert quantity.parse_count("0", field="days", minimum=0) == 0


@given(st.text(max_size=80))
def test_any_text_is_a_count_or_a_dose_or_a_refusal(text):
    for parse in (quantity.parse_count, quantity.parse_dose):
        try:
            parse(text, field="x")
        except Refused as refused:
            assert refused.code.startswith("quantity.")


def test_an_excerpt_is_one_short_line():
    assert quantity.excerpt("a\r\nb\x00c") == "a  b c"
    assert quantity.excerpt("甲" * 20) == "甲" * 20
    assert quantity.excerpt("甲" * 21) == "甲" * 20 + "…"


def test_half_width_touches_only_letters_digits_signs_and_spaces():
    assert quantity.half_width("ＡＢ　１２．５（张·三丰）") == "AB 12.5(张·三丰)"


@pytest.mark.parametrize(
    ("text", "code"), [("μg", "μg"), ("\u00b5g", "μg"), (" ML ", "ml"), ("ｇ", "g"), ("揿", "揿"), ("匙", None)]
)
def test_units_have_one_code_however_they_are_spelt(text, code):
    assert quantity.unit_code(text) == code
