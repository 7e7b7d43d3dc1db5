"""Glyphs drawn by us: the fonts of this PC, searched once, and a box where none of them knows the character."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# (file, index of the face inside it); the first that has a character draws it.
FONT_FILES: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 1),
    ("/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc", 1),
    ("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", 1),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 1),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    ("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", 0),
    ("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
    ("C:/Windows/Fonts/simsun.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttf", 0),
    ("C:/Windows/Fonts/simsunb.ttf", 0),
    ("C:/Windows/Fonts/SimsunExtG.ttf", 0),
    ("C:/Windows/Fonts/seguisym.ttf", 0),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 0),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0),
)
CELL_HEIGHT = 24  # dots of a normal character: font A is 12 x 24, a Chinese one 24 x 24
TILE_HEIGHT = 30  # with room for descenders
BASELINE = 20
_NOT_A_CHARACTER = "\U0010ffff"


@lru_cache(maxsize=2048)
def tile(char: str, columns: int, wide: int, high: int, cell_dots: int = 12) -> Image.Image:
    """One character as a grey picture (ink 255), `columns` half-width cells times its size factors; never fails."""
    size = CELL_HEIGHT * max(wide, high)
    factor = size / CELL_HEIGHT
    target = (max(columns, 1) * cell_dots * wide, TILE_HEIGHT * high)
    if char == " ":
        return Image.new("L", target)
    font = font_for(char, size)
    if font is None:
        return _box(*target)
    # A half-width letter is wider than half a square in most faces: draw it unsqueezed, then narrow it to its cell.
    advance = font.getlength(char)
    natural = max(round(max(columns, 1) * 12 * factor), round(advance))
    drawn = Image.new("L", (natural, round(TILE_HEIGHT * factor)))
    left = (natural - advance) / 2 if columns else 0
    ImageDraw.Draw(drawn).text((left, BASELINE * factor), char, font=font, fill=255, anchor="ls")
    return drawn if drawn.size == target else drawn.resize(target, Image.Resampling.LANCZOS)


def font_for(char: str, size: int) -> ImageFont.FreeTypeFont | None:
    """The first font of this PC that has the character, or None."""
    if not char.isprintable():
        return None
    for file, index in FONT_FILES:
        font = _load(file, index, size)
        if font is not None and _has(font, char):
            return font
    return None


@lru_cache(maxsize=64)
def _load(file: str, index: int, size: int) -> ImageFont.FreeTypeFont | None:
    if not Path(file).is_file():
        return None
    try:
        return ImageFont.truetype(file, size, index=index, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return None


def _has(font: ImageFont.FreeTypeFont, char: str) -> bool:
    """Whether the font draws something of its own: Pillow cannot be asked, so its missing-glyph drawing is compared."""
    mask = font.getmask(char)
    missing = font.getmask(_NOT_A_CHARACTER)
    return bool(mask.getbbox()) and (mask.size != missing.size or bytes(mask) != bytes(missing))


def _box(width: int, height: int) -> Image.Image:
    picture = Image.new("L", (width, height))
    bottom = height * BASELINE // TILE_HEIGHT + 1
    ImageDraw.Draw(picture).rectangle((1, 2, width - 3, bottom), outline=255, width=2)
    return picture
