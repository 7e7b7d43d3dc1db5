"""The decoder knows the tables and nothing else."""

import pytest

from devices.escpos.decoder import NotReceipt, decode
from devices.escpos.paper import Barcode, Cut, Drawer, Feed, Line, Qr, Raster, Run


def one(data):
    elements = decode(data)
    assert len(elements) == 1
    return elements[0]


@pytest.mark.parametrize(
    ("data", "element"),
    [
        (b"ab\n", Line((Run("ab"),), "left", 30)),
        (b"\n", Line((), "left", 30)),
        (b"\x1b3\x22a\n", Line((Run("a"),), "left", 34)),
        (b"\x1b3\x22\x1b2a\n", Line((Run("a"),), "left", 30)),
        (b"\x1ba\x32a\n", Line((Run("a"),), "right", 30)),
        (b"\x1bE\x01a\x1bE\x00b\n", Line((Run("a", bold=True), Run("b")), "left", 30)),
        (b"\x1b!\x38a\n", Line((Run("a", 2, 2, True),), "left", 48)),
        (b"\x1d!\x12a\n", Line((Run("a", 2, 3),), "left", 72)),
        (b"\x1c&\x1c!\x0c\xd6\xd0a\n", Line((Run("中", 2, 2), Run("a")), "left", 48)),
        (b"\x1c&\x1cW\x01\xd6\xd0\n", Line((Run("中", 2, 2),), "left", 48)),
        (b"\x1bd\x02", Feed(60)),
        (b"\x1bJ\x11", Feed(17)),
        (b"\x1dV\x00", Cut(partial=False)),
        (b"\x1dV\x31", Cut(partial=True)),
        (b"\x1bp\x01\x19\xfa", Drawer(5)),
        (b"\x1dv0\x00\x01\x00\x02\x00\xf0\x0f", Raster(8, 2, b"\xf0\x0f", "left")),
        (b"\x1dh\x40\x1dw\x02\x1df\x00\x1dH\x02\x1dk\x49\x05{BA{{", Barcode("A{", 64, 2, "below", "left")),
        (b"\x1d(k\x03\x001C\x05\x1d(k\x03\x001E3\x1d(k\x04\x001P0x\x1d(k\x03\x001Q0", Qr(b"x", 5, "H", "left")),
        (b"\x1ba\x01\x1b@\n", Line((), "left", 30)),
    ],
)
def test_reads_a_command_of_the_table(data, element):
    assert one(data) == element


def test_a_cut_that_feeds_is_paper_and_a_cut():
    assert decode(b"\x1dV\x42\x20") == [Feed(32), Cut(partial=True)]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"a\x07", 1), (b"\x00", 0), (b"\x10\x04\x01", 0), (b"\x7f", 0),
        (b"\xd6\xd0\n", 0), (b"\x1c&\x1c.\xd6\xd0\n", 4),  # Chinese bytes outside Chinese mode
        (b"\x1c&\x81\x30\x84\x36\n", 2), (b"\x1c&\xfe\x9f\n", 2), (b"\x1c&\xd6", 3),
        (b"\x1bZ", 0), (b"\x1cZ", 0), (b"\x1dZ", 0), (b"\x1b", 1),
        (b"\x1ba\x07", 2), (b"\x1b!\x01", 2), (b"\x1d!\x88", 2), (b"\x1c!\x80", 2), (b"\x1dV\x07", 2),
        (b"\x1dw\x09", 2), (b"\x1dh\x00", 2), (b"\x1dH\x09", 2), (b"\x1df\x01", 2), (b"\x1bp\x07\x00\x00", 2),
        (b"\x1dv1\x00", 2), (b"\x1dv0\x00\x00\x00\x01\x00", 8), (b"\x1dv0\x00\x01\x00\x02\x00\xff", 9),
        (b"\x1dk\x04A\x00", 2), (b"\x1dk\x49\x03{A1", 7), (b"\x1dk\x49\x04{B{1", 8),
        (b"\x1d(L\x02\x001a", 2), (b"\x1d(k\x03\x001Q0", 8), (b"\x1d(k\x03\x001C\x00", 8), (b"\x1d(k\x03\x001Z0", 8),
        (b"abc", 3), (b"a\x1b@", 3), (b"a\x1ba\x01", 3),
    ],
)  # fmt: skip
def test_fails_on_what_no_table_explains(data, offset):
    with pytest.raises(NotReceipt) as refused:
        decode(data)
    assert refused.value.offset == offset
