"""How many half-width columns a character takes on the paper, and which characters the printer's own font has.

Three rules, in this order:

1. A character that GBK writes in one byte (ASCII) takes 1 column, in two bytes 2 columns: the printer draws every
   double byte in a full-width cell. So the characters that Unicode calls ambiguous (“ ” · — … × ① Greek, Cyrillic,
   box drawing) take 2 on this paper, whatever a screen does with them.
2. A character outside GBK is drawn by us as a picture; WIDE lists those that take 2: East Asian wide and full-width
   ones, emoji, and private-use ones, which Chinese systems use for rare surnames.
3. Marks that sit on the character before them take 0; everything else takes 1.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import lru_cache

WIDE = (
    (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23F3), (0x25FD, 0x25FE), (0x2600, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B55), (0x2E80, 0xA4CF), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xE000, 0xFAFF),
    (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF),
    (0x1D300, 0x1D37F), (0x1F000, 0x1FAFF), (0x20000, 0x3FFFD), (0xF0000, 0x10FFFD),
)  # fmt: skip
_STARTS = tuple(start for start, _ in WIDE)

# Look-alikes that GB18030 writes in four bytes although a two-byte or ASCII twin exists.
TWINS = str.maketrans(
    {"\u00a5": "\uffe5", "\u00b5": "\u03bc", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2011": "-"}
)


@lru_cache(maxsize=8192)
def native_bytes(char: str) -> bytes | None:
    """The bytes by which every Chinese receipt printer draws this character, or None when it must be a picture.

    Asked of both codecs: a two-byte GB18030 code that GBK lacks (䶮, €) is missing or different in many printers.
    """
    try:
        raw = char.encode("gb18030")
        return raw if len(raw) <= 2 and raw == char.encode("gbk") else None
    except UnicodeEncodeError:
        return None


@lru_cache(maxsize=8192)
def char_width(char: str) -> int:
    """Columns of one character: 0, 1 or 2."""
    raw = native_bytes(char)
    if raw is not None:
        return len(raw)
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    place = bisect_right(_STARTS, ord(char)) - 1
    return 2 if place >= 0 and ord(char) <= WIDE[place][1] else 1


def text_width(text: str) -> int:
    """Columns of a cleaned text in normal size."""
    return sum(map(char_width, text))


def clean(text: str) -> str:
    """The text without anything a printer could take as a command or a reader could be misled by.

    White control characters become one space each; other control, format (bidi, zero-width) and variation-selector
    characters are dropped; look-alikes get their printable twin.
    """
    kept = []
    for char in text.translate(TWINS):
        category = unicodedata.category(char)
        if char in "\t\n\v\f\r\x85" or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cc", "Cf") and not _is_variation_selector(char):
            kept.append(char)
    return "".join(kept)


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
