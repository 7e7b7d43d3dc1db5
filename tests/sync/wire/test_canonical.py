import contextlib
import json
import math
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.canonical import MAX_DEPTH, NotCanonical, canonical, parse

KEYS = st.text(st.characters(blacklist_categories=["Cs"])).filter(lambda key: not key.startswith("$"))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(blacklist_categories=["Cs"]))
    | st.binary()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


def test_sorts_keys_and_writes_chinese_as_itself():
    assert canonical({"b": 1, "a": ["张三丰", None, True]}) == '{"a":["张三丰",null,true],"b":1}'.encode()


def test_key_order_is_that_of_the_utf8_bytes():
    keys = ["𠮷", "\uffe5", "a", "Z", "é"]
    written = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert written == sorted(keys, key=str.encode)


def test_bytes_are_never_mistaken_for_a_text_that_looks_like_them():
    assert canonical(b"\x0a\xff") == b'{"$hex":"0aff"}'
    assert canonical("0aff") != canonical(b"\x0a\xff")
    assert parse(b'{"$hex":"0aff"}') == b"\x0a\xff"


@given(VALUES)
def test_reads_back_what_it_wrote(value):
    assert parse(canonical(value)) == value


@given(VALUES, VALUES)
def test_different_values_have_different_bytes(one, other):
    # repr tells True from 1; dictionaries are compared without their order.
    assert (canonical(one) == canonical(other)) == (_typed(one) == _typed(other))


def _typed(value):
    if isinstance(value, list):
        return ("list", [_typed(item) for item in value])
    if isinstance(value, dict):
        return ("dict", sorted((key, repr(_typed(item))) for key, item in value.items()))
    return (type(value).__name__, value)


class Colour(IntEnum):
    WHITE = 1


@pytest.mark.parametrize(
    "value",
    [
        0.5, 1.0, math.nan, {1: "a"}, {"$hex": "00"}, {"$x": 1}, 2**63, -(2**63) - 1, "\ud800", {"\udfff": 1}, {1, 2},
        Colour.WHITE,
    ],
)  # fmt: skip
def test_refuses_what_has_no_single_spelling(value):
    with pytest.raises(NotCanonical):
        canonical({"row": [value]})


def test_refuses_a_value_too_deep_and_one_that_holds_itself():
    deep = []
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert parse(canonical(deep)) == deep
    with pytest.raises(NotCanonical):
        canonical([deep])
    loop = []
    loop.append(loop)
    with pytest.raises(NotCanonical):
        canonical(loop)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}', b'{"b":1,"a":2}', b'{"a": 1}', b"[1]\n", b"1.0", b"1e3", b"-0", b"01", b"NaN", b"Infinity",
        b'"\\u0041"', b'"\\u5f20"', b'"\xff"', b"", b"\xef\xbb\xbf1", b"9223372036854775808", b"9" * 5000,
        b'{"$hex":"0A"}', b'{"$hex":"0 a"}', b'{"$hex":"0"}', b'{"$hex":5}', b'{"$hex":"00","a":1}', b'{"$other":1}',
        b'"\\ud800"', b"[" * 100_000,
    ],
)  # fmt: skip
def test_parse_refuses_every_other_spelling(data):
    with pytest.raises(NotCanonical):
        parse(data)


@given(st.binary(max_size=40))
def test_parse_of_any_bytes_is_a_value_or_a_refusal(data):
    with contextlib.suppress(NotCanonical):
        assert canonical(parse(data)) == data


def test_the_refusal_names_the_place_and_not_the_content():
    with pytest.raises(NotCanonical, match=r"^\$\.lines\[1\]\.price: float has no canonical form$"):
        canonical({"lines": [{}, {"price": 18.7}]})
