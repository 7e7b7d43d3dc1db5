"""Writes pinyin_initials.txt (拼音首字母表) and pinyin_syllables.txt (拼音音节表) from pypinyin.

Run it from the repository root: `python clinic_app/kernel/data/make_pinyin_initials.py`. The product carries the frozen
table because the library costs 56 MB of memory and a third of a second at its first use.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pypinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TARGET = Path(__file__).with_name("pinyin_initials.txt")
SYLLABLES = Path(__file__).with_name("pinyin_syllables.txt")
# Unified ideographs, extension A, extension B: as one letter per code point they need no index.
BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF))
SPELLED_BLOCKS = BLOCKS[:2]  # nobody types a character of extension B in letters
ROW = 64
MOST = 3

# Read in given names or places, but missing or misleading in the library's data.
OWN = {
    "\U00020bb7": "j",  # 𠮷, a way of writing 吉
    "\u4dae": "y",  # 䶮 yan
    "\ue863": "y",  # 䶮 as older identity card readers send it
    "晟": "sc",
    "炅": "jg",
    "莘": "xs",
    "栎": "ly",
    "筠": "yj",
    "喆": "z",
    "彧": "y",
}

HEADING = """\
# Pinyin initials of Han characters, made by make_pinyin_initials.py with pypinyin {version} (MIT licence).
# Not to be edited by hand.
# [start] opens a run of letters, one per code point from that hexadecimal number on; "-" means no reading is known.
# [other] lists characters with several plausible initials, the usual one first, and characters outside the runs.
"""


SYLLABLES_HEADING = """\
# Pinyin syllables of Han characters, made by make_pinyin_initials.py with pypinyin {version} (MIT licence).
# Not to be edited by hand.
# [syllables] lists them; a pair of letters (aa, ab, ..) is the place of one. ü is written v, as it is typed.
# [start] opens a run of pairs, one per code point from that hexadecimal number on; "--" means no reading is known.
# [other] lists characters with several plausible readings, the usual one first.
"""
OWN_SYLLABLES = {
    "晟": ("sheng", "cheng"), "炅": ("jiong", "gui"), "莘": ("xin", "shen"), "栎": ("li", "yue"),
    "筠": ("yun", "jun"), "喆": ("zhe",), "彧": ("yu",), "䶮": ("yan",),
}  # fmt: skip


def syllable(reading: str) -> str:
    """A reading without its tone, as it is typed: `lǚ` is `lv`."""
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def initial(reading: str) -> str:
    """The plain Latin letter that a reading with tone marks begins with."""
    return unicodedata.normalize("NFD", reading)[0]


def readings_in_phrases(read: Callable[[str], str]) -> dict[str, Counter[str]]:
    """How often each character is read in which way in the library's phrases."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) == len(readings):
            for character, reading in zip(phrase, readings, strict=True):
                seen[character][read(reading[0])] += 1
    return seen


def plausible(character: str, read: Callable[[str], str], phrases: dict[str, Counter[str]]) -> tuple[str, ...]:
    """Readings a clerk may type, best first: dictionary readings that living phrases confirm.

    The dictionary lists readings nobody has used for centuries; a phrase is evidence of use. A character that no phrase
    shows keeps its first few readings, because finding too much is better than not finding the patient.
    """
    listed = list(dict.fromkeys(read(reading) for reading in PINYIN_DICT[ord(character)].split(",")))
    seen = phrases.get(character)
    if seen:
        listed = listed[:1] + [one for one in listed[1:] if seen[one]]
    return tuple(one for one in listed if one)[:MOST]


def table() -> str:
    """The whole text of the file."""
    phrases = readings_in_phrases(initial)
    known = {chr(code): "".join(plausible(chr(code), initial, phrases)) for code in PINYIN_DICT} | OWN
    parts = [HEADING.format(version=pypinyin.__version__)]
    for first, last in BLOCKS:
        letters = "".join(known.get(chr(code), "-")[0] for code in range(first, last + 1))
        parts.append(f"[{first:X}]\n")
        parts += [letters[at : at + ROW] + "\n" for at in range(0, len(letters), ROW)]
    parts.append("[other]\n")
    for character, letters in sorted(known.items()):
        inside = any(first <= ord(character) <= last for first, last in BLOCKS)
        if len(letters) > 1 or not inside:
            parts.append(f"{character}{letters}\n")
    return "".join(parts)


def syllable_table() -> str:
    """The whole text of the file of syllables."""
    phrases = readings_in_phrases(syllable)
    inside = [chr(code) for first, last in SPELLED_BLOCKS for code in range(first, last + 1)]
    known = {one: plausible(one, syllable, phrases) for one in inside if ord(one) in PINYIN_DICT} | OWN_SYLLABLES
    names = sorted({one for readings in known.values() for one in readings})
    pair = {name: chr(97 + place // 26) + chr(97 + place % 26) for place, name in enumerate(names)}
    parts = [SYLLABLES_HEADING.format(version=pypinyin.__version__), "[syllables]\n"]
    parts += [" ".join(names[at : at + ROW // 4]) + "\n" for at in range(0, len(names), ROW // 4)]
    for first, last in SPELLED_BLOCKS:
        pairs = [pair[known[chr(code)][0]] if known.get(chr(code)) else "--" for code in range(first, last + 1)]
        parts.append(f"[{first:X}]\n")
        parts += ["".join(pairs[at : at + ROW // 2]) + "\n" for at in range(0, len(pairs), ROW // 2)]
    parts.append("[other]\n")
    parts += [
        one + "".join(pair[name] for name in readings) + "\n"
        for one, readings in sorted(known.items())
        if len(readings) > 1
    ]
    return "".join(parts)


if __name__ == "__main__":
    SYLLABLES.write_text(syllable_table(), encoding="utf-8", newline="\n")
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
