from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import money
from clinic_app.kernel.errors import Refused


def _refusal(parse, text):
    with pytest.raises(Refused) as refused:
        parse(text, field="amount")
    assert refused.value.field == "amount"
    return refused.value


@pytest.mark.rule("QT-07")
def test_split_price_is_rounded_once_half_up_at_the_line():
    assert money.line_amount(187_000, 18, 24) == 1403


@pytest.mark.rule("RX-14")
def test_herbs_priced_below_a_fen_per_gram_add_up():
    assert [money.line_amount(p, q) for p, q in ((1200, 105), (1500, 70), (500, 42))] == [1260, 1050, 210]


@given(st.integers(0, 10**9), st.integers(0, 10**5), st.integers(1, 1000))
def test_line_amount_equals_exact_decimal_arithmetic(price_e4, quantity, pack_size):
    exact = Fraction(price_e4 * quantity, 100 * pack_size)
    assert abs(money.line_amount(price_e4, quantity, pack_size) - exact) <= Fraction(1, 2)
    whole_packs = Decimal(price_e4 * quantity) / 100
    assert money.line_amount(price_e4, quantity) == int(whole_packs.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_a_red_amount_mirrors_the_blue_one(numerator, denominator):
    assert money.round_half_up(-numerator, denominator) == -money.round_half_up(numerator, denominator)


def test_a_half_goes_away_from_zero():
    assert [money.round_half_up(n, 2) for n in (1, 3, 5, -1, -3)] == [1, 2, 3, -1, -2]


@pytest.mark.parametrize(("numerator", "denominator"), [(18.7, 24), (1870, 24.0), (Decimal("18.7"), 24), (True, 1)])
def test_no_float_or_other_number_gets_into_money(numerator, denominator):
    with pytest.raises(TypeError):
        money.round_half_up(numerator, denominator)


def test_a_pack_of_nothing_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError):
        money.line_amount(187_000, 18, 0)


@pytest.mark.rule("FE-05")
@pytest.mark.parametrize(
    ("fen", "step", "difference"),
    [(3746, 10, 4), (3744, 10, -4), (3745, 10, 5), (3740, 10, 0), (3746, 1, 0), (-3746, 10, -4), (4, 10, -4)],
)
def test_cash_is_rounded_to_the_coin(fen, step, difference):
    assert money.cash_rounding(fen, step) == difference
    assert (fen + difference) % step == 0


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.5", 1250), ("12.50", 1250), ("12", 1200), (" 0.05 ", 5), (".5", 50), ("5.", 500), ("１２．５０", 1250),
        ("¥12.5", 1250), ("￥ 12.5", 1250), ("12.5元", 1250), ("1,234.50", 123_450), ("１，２３４", 123_400),
        ("3。5", 350), ("0", 0), ("-0.00", 0), ("007", 700), ("9,999,999.99", 999_999_999),
    ],
)  # fmt: skip
def test_reads_an_amount_as_people_type_it(text, fen):
    assert money.parse_yuan(text, field="amount") == fen


@pytest.mark.parametrize(
    "text",
    [
        ".", "十二", "12.5.0", "1,5", "12,34", "1e3", "0x10", "12 50", "10²", "①", "٣", "12\x00", "nan", "½",
        "--5", "$5",
    ],
)  # fmt: skip
def test_refuses_what_is_not_an_amount(text):
    assert _refusal(money.parse_yuan, text).code == "money.not_an_amount"


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_asks_for_an_amount_that_was_left_out(text):
    assert _refusal(money.parse_yuan, text).code == "money.empty"
    assert _refusal(money.parse_price, text).code == "money.empty"


def test_a_megabyte_of_text_is_refused_with_a_short_excerpt():
    for text in ("9" * 2**20, " " * 2**20, "我" * 2**20):
        refusal = _refusal(money.parse_yuan, text)
        assert refusal.code == "money.not_an_amount"
        assert len(refusal.facts["value"]) <= 21


def test_says_how_many_decimals_fit():
    refusal = _refusal(money.parse_yuan, "12.345")
    assert (refusal.code, refusal.facts) == ("money.too_many_decimals", {"value": "12.345", "places": 2})
    assert money.parse_price("12.345", field="amount") == 123_450
    assert _refusal(money.parse_price, "0.12345").facts["places"] == 4


def test_says_what_the_largest_amount_is():
    assert _refusal(money.parse_yuan, "10000000").facts == {"value": "10000000", "limit": "9,999,999.99"}
    assert _refusal(money.parse_price, "10000000").facts["limit"] == "9,999,999.9999"
    assert _refusal(money.parse_yuan, "9" * 60).code == "money.too_large"


@pytest.mark.parametrize("text", ["-5", "－0.01", "−3", "-¥5"])
def test_refuses_a_negative_amount(text):
    assert _refusal(money.parse_yuan, text).code == "money.negative"


@pytest.mark.parametrize(
    ("fen", "text"), [(123_450, "1,234.50"), (5, "0.05"), (0, "0.00"), (-5, "−0.05"), (-123_456_789, "−1,234,567.89")]
)
def test_shows_yuan(fen, text):
    assert money.yuan(fen) == text


@pytest.mark.parametrize(
    ("e4", "text"), [(187_000, "18.70"), (1250, "0.125"), (1255, "0.1255"), (0, "0.00"), (-1, "−0.0001")]
)
def test_shows_a_price_with_two_to_four_decimals(e4, text):
    assert money.price(e4) == text


@given(st.integers(0, money.LARGEST_FEN))
def test_reads_back_every_amount_it_shows(fen):
    assert money.parse_yuan(money.yuan(fen), field="amount") == fen


@given(st.integers(0, money.LARGEST_E4))
def test_reads_back_every_price_it_shows(e4):
    assert money.parse_price(money.price(e4), field="amount") == e4


@given(st.text(max_size=80))
def test_any_text_is_an_amount_or_a_refusal(text):
    try:
        assert 0 <= money.parse_yuan(text, field="amount") <= money.LARGEST_FEN
    except Refused as refused:
        assert refused.code.startswith("money.")
