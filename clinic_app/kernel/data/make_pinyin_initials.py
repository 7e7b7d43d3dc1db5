"""Writes pinyin_initials.txt (拼音首字母表) from pypinyin; a development script, never imported by the product.

Run it from the repository root: `python clinic_app/kernel/data/make_pinyin_initials.py`. The product carries the frozen
table because the library costs 56 MB of memory and a third of a second at its first use.
"""

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pypinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TARGET = Path(__file__).with_name("pinyin_initials.txt")
# Unified ideographs, extension A, extension B: as one letter per code point they need no index.
BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF))
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


def initial(reading: str) -> str:
    """The plain Latin letter that a reading with tone marks begins with."""
    return unicodedata.normalize("NFD", reading)[0]


def initials_in_phrases() -> dict[str, Counter[str]]:
    """How often each character begins with which letter in the library's phrases."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) == len(readings):
            for character, reading in zip(phrase, readings, strict=True):
                seen[character][initial(reading[0])] += 1
    return seen


def plausible(character: str, phrases: dict[str, Counter[str]]) -> str:
    """Initials a clerk may type, best first: dictionary readings that living phrases confirm.

    The dictionary lists readings nobody has used for centuries; a phrase is evidence of use. A character that no phrase
    shows keeps its first few readings, because finding too much is better than not finding the patient.
    """
    listed = list(dict.fromkeys(initial(reading) for reading in PINYIN_DICT[ord(character)].split(",")))
    seen = phrases.get(character)
    if seen:
        listed = listed[:1] + [letter for letter in listed[1:] if seen[letter]]
    return "".join(listed[:MOST])


def table() -> str:
    """The whole text of the file."""
    phrases = initials_in_phrases()
    known = {chr(code): plausible(chr(code), phrases) for code in PINYIN_DICT} | OWN
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


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
