"""Golden bytes: what each line dict becomes, read against the printers' command tables."""

import pytest

from devices.escpos.encoder import encode

START = b"\x1b@\x1c&\x1b3\x22"


def body(*lines, **paper):
    data = encode(lines, **paper)
    assert data.startswith(START)
    return data[len(START) :]


def test_begins_with_reset_and_chinese_mode():
    assert encode([]) == START


def test_text_is_raw_gb18030_with_one_line_end():
    assert body({"text": "收费 12.50"}) == bytes.fromhex("cad5b7d1 20 31322e3530 0a")


def test_yen_sign_becomes_the_full_width_one_that_printers_have():
    assert body({"text": "¥9"}) == b"\xa3\xa49\n" == body({"text": "￥9"})


@pytest.mark.parametrize("text", ["￥12.50", "：", "“”—…×①"])
def test_chinese_marks_without_a_hanzi_beside_them_are_printed_as_they_are(text):
    assert body({"text": text}) == text.encode("gbk") + b"\n"


@pytest.mark.parametrize(("side", "code"), [("center", 1), ("right", 2)])
def test_alignment(side, code):
    assert body({"text": "a", "align": side}, {"text": "b"}) == b"\x1ba" + bytes([code]) + b"a\n\x1ba\x00b\n"


def test_bold_is_switched_on_and_off_once():
    lines = [{"text": "a", "bold": True}, {"text": "b", "bold": True}, {"text": "c"}]
    assert body(*lines) == b"\x1bE\x01a\nb\n\x1bE\x00c\n"


@pytest.mark.parametrize(
    ("size", "latin", "chinese", "row"), [("tall", 0x01, 0x08, 60), ("double", 0x11, 0x0C, 60)]
)
def test_size_is_said_for_latin_and_for_chinese_and_taken_back(size, latin, chinese, row):
    assert body({"text": "a", "size": size}, {"text": "b"}) == (
        bytes([0x1D, 0x21, latin, 0x1C, 0x21, chinese, 0x1B, 0x33, row])
        + b"a\n\x1d!\x00\x1c!\x00\x1b3\x22b\n"
    )


def test_feed_counts_rows_beyond_one_byte():
    assert body({"feed": 3}) == b"\x1bd\x03"
    assert body({"feed": 300}) == b"\x1bd\xff\x1bd\x2d"
    assert body({"feed": 0}) == b""


def test_rule_fills_the_paper_in_half_and_full_width():
    assert body({"rule": "-"}) == b"-" * 48 + b"\n"
    assert body({"rule": "─"}) == "─".encode("gbk") * 24 + b"\n"
    assert body({"rule": "="}, columns=32, dots=384) == b"=" * 32 + b"\n"


def test_cut_feeds_past_the_knife_first():
    assert body({"cut": True}) == b"\x1bd\x04\x1dV\x01"
    assert body({"cut": False}) == b""


def test_qr_is_drawn_by_the_printer():
    assert body({"qr": "R1", "size": 6}) == (
        b"\x1ba\x01"
        b"\x1d(k\x04\x00\x31\x41\x32\x00"
        b"\x1d(k\x03\x00\x31\x43\x06"
        b"\x1d(k\x03\x00\x31\x45\x31"
        b"\x1d(k\x05\x00\x31\x50\x30R1"
        b"\x1d(k\x03\x00\x31\x51\x30"
    )


def test_qr_is_made_smaller_until_it_fits_the_paper():
    assert b"\x1d(k\x03\x00\x31\x43\x08" in body({"qr": "R1", "size": 8})
    assert b"\x1d(k\x03\x00\x31\x43\x05" in body({"qr": "x" * 600, "size": 8})


def test_barcode_is_code128_set_b_with_its_text_below():
    assert body({"barcode": "R{1"}) == (
        b"\x1ba\x01\x1dh\x48\x1dw\x03\x1df\x00\x1dH\x02\x1dk\x49\x06{BR{{1"
    )


def test_a_barcode_too_long_for_the_paper_is_thinner_then_plain_text():
    assert b"\x1dw\x02" in body({"barcode": "1" * 20})
    assert body({"barcode": "1" * 30}) == b"\x1ba\x01" + b"1" * 30 + b"\n"


def test_a_rare_character_turns_its_whole_row_and_only_that_into_a_picture():
    data = body({"text": "张三"}, {"text": "李䶮"}, {"text": "王五"})
    before, after = "张三".encode("gbk") + b"\n", "王五".encode("gbk") + b"\n"
    assert data.startswith(before + b"\x1dv0\x00\x48\x00\x22\x00")
    assert data.endswith(after)
    assert len(data) == len(before) + 8 + 72 * 34 + len(after)
    assert "李".encode("gbk") not in data


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"text": "a", "size": "huge"},
        {"text": "a", "align": "middle"},
        {"columns": []},
        {"columns": [{"text": "a", "width": 49}]},
        {"columns": [{"text": "a", "width": 1}]},
        {"columns": [{"text": "a", "width": 9, "align": "center"}]},
        {"rule": ""},
        {"qr": "a", "size": 9},
        {"qr": "x" * 3000},
        {"barcode": ""},
        {"barcode": "收据"},
        {"barcode": "1\x1b@"},
    ],
)
def test_refuses_a_line_out_of_form(line):
    with pytest.raises(ValueError):
        encode([line])


def test_standard_output_stays_clean(capsys, receipt_lines):
    encode([*receipt_lines, {"text": "𠮷"}])
    assert capsys.readouterr().out == ""
