import unicodedata

import pytest

from devices.escpos.width import char_width, clean, native_bytes, text_width


@pytest.mark.parametrize(
    ("char", "columns"),
    [
        ("a", 1), ("~", 1), (" ", 1), ("中", 2), ("，", 2), ("Ａ", 2), ("　", 2), ("￥", 2),
        ("·", 2), ("—", 2), ("…", 2), ("“", 2), ("×", 2), ("①", 2), ("α", 2), ("Я", 2), ("─", 2), ("℃", 2),
        ("䶮", 2), ("𠮷", 2), ("㐂", 2), ("😀", 2), ("한", 2), ("\ue863", 2),
        ("£", 1), ("ﾊ", 1), ("ས", 1), ("\u0301", 0),
    ],
)  # fmt: skip
def test_columns_of_one_character(char, columns):
    assert char_width(char) == columns


def test_every_wide_character_of_unicode_takes_two_columns():
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char) not in ("Mn", "Me", "Cn", "Cs"):
            assert char_width(char) == 2, hex(code)


def test_width_equals_the_bytes_the_printer_gets_for_every_character_it_has():
    for code in range(0x20, 0x10000):
        raw = native_bytes(chr(code))
        if raw is not None:
            assert char_width(chr(code)) == len(raw) <= 2


@pytest.mark.parametrize("char", "䶮𠮷€㐂😀\u0301\ud800\ue863")
def test_a_character_outside_gbk_is_not_trusted_to_the_printers_font(char):
    assert native_bytes(char) is None


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("张\x1b@三", "张@三"),
        ("a\x00b\x1dV\x00", "abV"),
        ("第一行\n第二行", "第一行 第二行"),
        ("a\u202eb\u200b\ufeff", "ab"),
        ("葛\U000e0100", "葛"),
        ("5\u00a0µg", "5 μg"),
        ("¥1", "￥1"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
    ],
)
def test_cleaning_keeps_the_words_and_drops_what_commands(typed, printed):
    assert clean(typed) == printed


def test_text_width_adds_up():
    assert text_width("合计 ￥1.00") == 4 + 1 + 2 + 4
