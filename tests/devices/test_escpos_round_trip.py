"""Whatever is typed, the paper carries it and the printer is never commanded by it."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.escpos.decoder import NotReceipt, decode
from devices.escpos.encoder import encode
from devices.escpos.paper import Feed, Line, Raster
from devices.escpos.width import text_width

HOSTILE = "\x00\x01\x07\x0a\x0c\x0d\x10\x14\x1b\x1c\x1d\x7f\x80\x85\x9b\u202e\u2028@VpE!a"
NAMES = "张王沈月琴䶮𠮷㐂·阿依古丽😀é¥€ 　-12.5{}"
texts = st.text(st.one_of(st.sampled_from(HOSTILE + NAMES), st.characters()), max_size=120)
plain = st.text(st.sampled_from("张王沈月琴阿依古丽·，（）ABCxyz 0123.-"), max_size=120)
looks = st.fixed_dictionaries(
    {},
    optional={
        "bold": st.booleans(),
        "size": st.sampled_from(["normal", "tall", "double"]),
        "align": st.sampled_from(["left", "center", "right"]),
    },
)
papers = st.sampled_from([{"columns": 48, "dots": 576}, {"columns": 32, "dots": 384}])


def squeezed(text):
    return text.replace(" ", "").replace("　", "")


@settings(max_examples=300, deadline=None)
@given(texts, looks, papers)
def test_any_text_prints_as_rows_only_and_none_wider_than_the_paper(text, look, paper):
    elements = decode(encode([{"text": text, **look}], **paper))
    factor = 2 if look.get("size") == "double" else 1
    assert elements
    for element in elements:
        assert isinstance(element, (Line, Raster))
        if isinstance(element, Line):
            assert text_width(element.text) * factor <= paper["columns"]
            assert not any(unicodedata.category(char) == "Cc" for char in element.text)
        else:
            assert element.width == paper["dots"] and any(element.bits)


@settings(max_examples=200, deadline=None)
@given(plain, looks, papers)
def test_text_comes_back_whole_from_the_bytes(text, look, paper):
    lines = decode(encode([{"text": text, **look}], **paper))
    assert squeezed("".join(line.text for line in lines)) == squeezed(text)
    for line in lines:
        assert line.align == look.get("align", "left")
        for run in line.runs:
            assert run.bold is look.get("bold", False)
            assert (run.wide, run.high) == {"tall": (1, 2), "double": (2, 2)}.get(look.get("size"), (1, 1))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(NAMES + HOSTILE), min_size=1, max_size=40))
def test_no_character_is_ever_printed_as_a_question_mark(text):
    for element in decode(encode([{"text": text}])):
        assert not isinstance(element, Line) or "?" not in element.text


@settings(max_examples=100, deadline=None)
@given(plain, plain, st.integers(4, 40))
def test_each_cell_of_a_table_stays_in_its_own_columns(left, right, width):
    cells = [{"text": left, "width": width}, {"text": right, "width": 48 - width, "align": "right"}]
    rows = [line.text for line in decode(encode([{"columns": cells}]))]
    parts = [_split(row, width) for row in rows]
    assert squeezed("".join(part[0] for part in parts)) == squeezed(left)
    assert squeezed("".join(part[1] for part in parts)) == squeezed(right)


def _split(row, width):
    at = next((at for at in range(len(row) + 1) if text_width(row[:at]) >= width), len(row))
    assert text_width(row[:at]) <= width, "a character across the border"
    return row[:at], row[at:]


@pytest.mark.parametrize(
    "name",
    [
        "\x1b@\x1bp\x00\x19\xfa", "\x1dV\x00王", "\x1d(k\x03\x001Q0", "a\x10\x04\x01", "张三\x1b",
        "\x1c.\x81\x30", "\ud83d",
    ],
)  # fmt: skip
def test_a_hostile_name_prints_as_words_between_its_neighbours(name):
    lines = decode(encode([{"text": "前"}, {"text": name}, {"text": "后"}]))
    assert lines[0].text == "前" and lines[-1].text == "后"
    assert all(isinstance(line, (Line, Raster)) for line in lines)


def test_control_the_same_bytes_unwashed_do_command_the_printer():
    raw = "张三\x1bd\x09".encode("gb18030")
    assert Feed(9 * 30) in decode(b"\x1b@\x1c&" + raw)


def test_words_and_numbers_are_not_torn_when_they_can_move_down():
    text = "每次两片每日三次饭后用温水送服连服七天为一疗程 0.25g Amoxicillin"
    rows = [line.text for line in decode(encode([{"text": text}]))]
    assert "Amoxicillin" in rows[-1]
    assert all(text_width(row) <= 48 for row in rows)


def test_a_whole_receipt_comes_back_in_order(receipt_lines):
    kinds = [type(element).__name__ for element in decode(encode(receipt_lines))]
    squashed = [kinds[0], *(after for before, after in pairwise(kinds) if after != before)]
    assert squashed == ["Line", "Feed", "Line", "Qr", "Barcode", "Feed", "Cut"]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_receipt_cut_off_in_the_middle_is_noticed_or_is_a_shorter_paper(data):
    whole = encode([{"text": "张三䶮"}, {"qr": "R1"}, {"text": "李四"}])
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        shorter = decode(part)
    except NotReceipt:
        return
    assert shorter == decode(whole)[: len(shorter)] and len(shorter) < 3
