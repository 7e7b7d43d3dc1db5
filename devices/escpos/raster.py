"""One row of text as dots, for characters the printer's own font lacks."""

from __future__ import annotations

from PIL import Image, ImageChops

from devices.escpos import fonts
from devices.escpos.width import char_width, text_width


def draw_row(
    text: str, *, wide: int = 1, high: int = 1, bold: bool = False, cell_dots: int = 12
) -> Image.Image:
    """A cleaned text on the printer's own grid, grey, ink 255; a mark is laid over the character before it."""
    cell = cell_dots * wide
    picture = Image.new("L", (max(text_width(text), 1) * cell, fonts.TILE_HEIGHT * high))
    column, last = 0, 0
    for char in text:
        columns = char_width(char)
        place = column if columns else last
        glyph = fonts.tile(char, columns, wide, high, cell_dots)
        under = picture.crop((place * cell, 0, place * cell + glyph.width, glyph.height))
        picture.paste(ImageChops.lighter(under, glyph), (place * cell, 0))
        if columns:
            last, column = column, column + columns
    return _struck_twice(picture) if bold else picture


def _struck_twice(picture: Image.Image) -> Image.Image:
    shifted = Image.new("L", picture.size)
    shifted.paste(picture, (1, 0))
    return ImageChops.lighter(picture, shifted)


def raster_row(
    text: str, *, dots: int, height: int, align: str, wide: int, high: int, bold: bool, cell_dots: int
) -> Image.Image:
    """The whole paper row, `dots` wide and `height` high, black on white in one bit."""
    row = draw_row(text, wide=wide, high=high, bold=bold, cell_dots=cell_dots)
    left = {"left": 0, "center": (dots - row.width) // 2, "right": dots - row.width}[align]
    paper = Image.new("L", (dots, height))
    paper.paste(row, (max(left, 0), 0))
    # Below half grey counts as ink: strokes of a small Chinese glyph are thinner than a dot and would break.
    return paper.point(lambda ink: 0 if ink >= 96 else 255).convert("1", dither=Image.Dither.NONE)
