from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from devices.escpos import fonts
from devices.escpos.decoder import decode
from devices.escpos.encoder import encode
from devices.escpos.paper import Raster
from devices.escpos.picture import MARGIN, draw

PAPER_WIDTH = 576 + 2 * MARGIN


def picture(lines, **paper):
    return Image.open(BytesIO(draw(decode(encode(lines, **paper)), dots=paper.get("dots", 576))))


def codes(image):
    return {(code.format.name, code.text) for code in zxingcpp.read_barcodes(image)}


def ink(image, box=None):
    return sum(image.crop(box).histogram()[:128]) if box else sum(image.histogram()[:128])


@pytest.fixture
def no_fonts(monkeypatch):
    fonts.tile.cache_clear()
    monkeypatch.setattr(fonts, "FONT_FILES", ())
    yield
    fonts.tile.cache_clear()


def test_a_scanner_reads_both_codes_of_the_drawn_receipt(receipt_lines):
    assert codes(picture(receipt_lines)) == {
        ("QRCode", "https://clinic.invalid/r/0f3c2a7788e1"),
        ("Code128", "XQX2026-000127"),
    }


def test_control_the_scanner_finds_nothing_on_a_receipt_without_codes(receipt_lines):
    assert codes(picture([line for line in receipt_lines if "qr" not in line and "barcode" not in line])) == set()


@pytest.mark.parametrize("text", [" !\"#$%&'()*+,-./09", ":;<=>?@AZ[\\]^_`az{|}~", "1"])
def test_every_character_of_code128_set_b_is_drawn_right(text):
    assert codes(picture([{"barcode": text}])) == {("Code128", text)}


def test_a_chinese_qr_reads_back_as_it_was():
    assert codes(picture([{"qr": "青溪镇·收据¥1"}])) == {("QRCode", "青溪镇·收据¥1")}


def test_the_paper_is_80_mm_wide_and_the_narrow_one_58():
    assert picture([{"text": "a"}]).width == PAPER_WIDTH == 640
    assert picture([{"text": "a"}], columns=32, dots=384).width == 384 + 2 * MARGIN


def test_ink_stands_where_the_line_is_aligned():
    half = PAPER_WIDTH // 2
    for align, left, right in (("left", True, False), ("right", False, True), ("center", True, True)):
        image = picture([{"text": "收据", "align": align}])
        assert bool(ink(image, (0, 0, half - 1, image.height))) is left
        assert bool(ink(image, (half + 1, 0, PAPER_WIDTH, image.height))) is right


def test_amounts_of_a_table_end_at_the_same_dot():
    cells = [{"text": "金额", "width": 20}, {"text": "8.50", "width": 28, "align": "right"}]
    image = picture([{"columns": cells}, {"columns": cells}])
    dark = image.point(lambda tone: 255 * (tone < 128))
    first, second = (dark.crop((0, top, PAPER_WIDTH, top + 34)).getbbox()[2] for top in (MARGIN, MARGIN + 34))
    assert first == second > 590


def test_large_and_bold_text_takes_more_ink():
    plain, bold, tall, double = (
        ink(picture([{"text": "收费", **look}])) for look in ({}, {"bold": True}, {"size": "tall"}, {"size": "double"})
    )
    assert plain < bold < double and plain < tall < double


def test_each_cut_ends_a_sheet_with_torn_edges():
    one = picture([{"text": "a"}, {"cut": True}])
    two = picture([{"text": "a"}, {"cut": True}, {"text": "b"}, {"cut": True}])
    assert two.height == 2 * one.height
    assert two.getpixel((0, one.height)) == two.getpixel((0, 0)) != two.getpixel((320, 20))


def test_an_empty_job_is_an_empty_sheet():
    assert ink(picture([])) == 0


def test_a_rare_surname_is_drawn_and_not_a_question_mark():
    rows = [element for element in decode(encode([{"text": "吉"}, {"text": "𠮷"}])) if isinstance(element, Raster)]
    assert len(rows) == 1 and any(rows[0].bits)


def test_without_any_font_a_box_is_printed_for_each_character(no_fonts):
    image = picture([{"text": "䶮𠮷 ok"}])
    boxes = image.crop((MARGIN, 0, MARGIN + 48, image.height))
    assert ink(boxes, (0, 0, 24, image.height)) == ink(boxes, (24, 0, 48, image.height)) > 0


@pytest.mark.parametrize("char", ["\U0010ffff", "\ud800", "\ue000", "\U000f0000", "\u0378"])
def test_a_character_no_font_has_gets_the_box_of_its_width(char):
    assert fonts.font_for(char, 24) is None
    assert fonts.tile(char, 2, 1, 1).getbbox() == (1, 2, 22, 22)


def test_control_a_character_of_the_font_is_not_a_box():
    if fonts.font_for("青", 24) is None:
        pytest.skip("this PC has no Chinese font")
    assert fonts.tile("青", 2, 1, 1).tobytes() != fonts.tile("\ue000", 2, 1, 1).tobytes()


def test_a_broken_font_file_is_passed_over(tmp_path, monkeypatch):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "FONT_FILES", ((str(broken), 0),))
    assert fonts.font_for("青", 24) is None
