"""Search keys (检索键): how a typed text meets a name in any script, width or case, by initials or spelled out."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, islice, product
from pathlib import Path

from clinic_app.kernel import pinyin

LONGEST = 256
"""Characters of a text that take part in a search; longer texts are not names."""
NAME_KEYS = 8
TERM_KEYS = 4
SPELLED_KEYS = 4
CHARACTERS = 8_192
"""Characters whose readings stay in memory: more than all names of a clinic are written with."""
SPELLED = "="
"""Stands before a key that is spelled out (全拼), so that `li` does not look for every 李 among the initials."""
_LEAST_SPELLED = 2

_DATA = Path(__file__).parent / "data"
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ue815-\ue864\uf900-\ufaff\U00020000-\U000323af"
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_STOP_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) ?\. ?(?=[{_HAN}])")
_DOTS_IN_A_ROW = re.compile(" ?·[ ·]*")
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・", "·"))
# Controls, invisible marks and half surrogates: none can be typed on purpose, some cannot be stored.
_UNSEEN = {"Cc", "Cf", "Cs"}
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LAST_CODE = 0x10FFFF


@lru_cache(maxsize=256)
def normal(text: str) -> str:
    """The form of a text that searches compare: half width, lower case, one `·` for all middle dots, no controls.

    Spaces between Han characters go. Applying it twice changes nothing; only the first 256 characters count. For search
    only, what is stored and shown stays as entered (ID-16).
    """
    seen = _VARIATION_SELECTORS.sub("", text[: 4 * LONGEST])
    seen = "".join(" " if c.isspace() else c for c in seen if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).lower()).translate(_DOTS)
    spaced = " ".join(folded.split())
    dotted = _DOTS_IN_A_ROW.sub("·", _STOP_BETWEEN_HAN.sub("·", spaced))
    return _SPACE_BETWEEN_HAN.sub("", dotted)[:LONGEST].rstrip()


def name_keys(name: str) -> frozenset[str]:
    """At most 8 pinyin-initials keys under which a person's name (姓名) is found: 单 is kept under s and d.

    A surname is read as a surname first, every other character in all its usual ways; Latin letters and digits stand
    for themselves. Empty when nothing in the name has a Latin initial: such names are found by `normal` (LG-06).
    """
    text = normal(name)
    letters = [_initials(character) for character in text]
    for at, as_surname in enumerate(_surname(text)):
        letters[at] = "".join(dict.fromkeys(as_surname + letters[at][:1]))
    return _keys(letters, NAME_KEYS)


def term_keys(term: str) -> frozenset[str]:
    """At most 4 pinyin-initials keys of a drug, service or diagnosis name, without its punctuation (CFG-10)."""
    return _keys([_initials(character) for character in normal(term)], TERM_KEYS)


def spelled_name(name: str) -> frozenset[str]:
    """At most 4 keys of a person's name spelled out (全拼): 单志伟 is `=shanzhiwei` and `=danzhiwei`."""
    text = normal(name)
    syllables = [list(_syllables(character)) for character in text]
    for at, as_surname in enumerate(_spelled_surname(text)):
        syllables[at] = list(dict.fromkeys((*as_surname, *syllables[at][:1])))
    return _spelled(syllables, SPELLED_KEYS)


def spelled_term(term: str) -> list[str]:
    """The likeliest key of a term spelled out, then what is left of it from each later character on (全拼)."""
    usual = [readings[0] for readings in map(_syllables, normal(term)) if readings]
    return [SPELLED + "".join(usual[at:]) for at in range(len(usual))]


def spelled(typed: str) -> str:
    """The key that a text typed in letters may begin: `Zhang Wei`, `zhang'wei`; empty for anything else."""
    letters = re.sub("[ '’]", "", normal(typed))
    is_spelled = letters.isascii() and letters.isalpha() and len(letters) >= _LEAST_SPELLED
    return SPELLED + letters if is_spelled else ""


def begins(typed: str, name: str) -> bool:
    """Whether a person's name, its initials or its spelling begins with what was typed; for short lists in memory."""
    wanted = normal(typed)
    if normal(name).startswith(wanted) or any(key.startswith(wanted) for key in name_keys(name)):
        return True
    letters = spelled(typed)
    return bool(letters) and any(key.startswith(letters) for key in spelled_name(name))


def prefix_range(key: str) -> tuple[str, str]:
    """Bounds (from, below) such that `from <= column < below` holds for exactly the texts that begin with `key`.

    For columns in binary order (SQLite BINARY, PostgreSQL "C"). An empty key gives an empty range.
    """
    stem = key.rstrip(chr(_LAST_CODE))
    if not stem:
        return key, key
    following = ord(stem[-1]) + 1
    if 0xD800 <= following <= 0xDFFF:  # half surrogates cannot be stored, so they cannot be a bound
        following = 0xE000
    return key, stem[:-1] + chr(following)


def _keys(letters: list[str], most: int) -> frozenset[str]:
    return frozenset(islice(_combined([list(choice) for choice in letters if choice]), most))


def _spelled(syllables: list[list[str]], most: int) -> frozenset[str]:
    """Keys with the mark before them; none for a text without letters."""
    return frozenset(SPELLED + key for key in islice(_combined([one for one in syllables if one]), most))


def _combined(letters: list[list[str]]) -> Iterator[str]:
    """Every key, likeliest first: all usual initials, then one unusual, then two; early characters before late ones."""
    usual = [choice[0] for choice in letters]
    if not usual:
        return
    yield "".join(usual)
    doubtful = [at for at, choice in enumerate(letters) if len(choice) > 1]
    for count in range(1, len(doubtful) + 1):
        for places in combinations(doubtful, count):
            for unusual in product(*(letters[at][1:] for at in places)):
                key = usual.copy()
                for at, letter in zip(places, unusual, strict=True):
                    key[at] = letter
                yield "".join(key)


@lru_cache(maxsize=CHARACTERS)
def _initials(character: str) -> str:
    """Plausible initials of one character, the usual one first; empty for punctuation and scripts without pinyin."""
    base = unicodedata.normalize("NFD", character)[0]
    if base.isascii():
        return base if base.isalnum() else ""
    runs, others = _table()
    if character in others:
        return others[character]
    for start, letters in runs:
        if start <= ord(character) < start + len(letters):
            return letters[ord(character) - start].replace("-", "")
    return ""


@lru_cache(maxsize=CHARACTERS)
def _syllables(character: str) -> tuple[str, ...]:
    """Plausible readings of one character; a Latin letter or digit stands for itself."""
    base = unicodedata.normalize("NFD", character)[0]
    if base.isascii():
        return (base,) if base.isalnum() else ()
    return pinyin.syllables(character)


def _spelled_surname(text: str) -> list[tuple[str, ...]]:
    """Readings of the surname that the text begins with, one entry per character; empty when the table has none."""
    known = _surname_readings()
    single, double = known.get(text[:1], ()), known.get(text[:2], ())
    if len(double) < 2 or len(text) < 2:
        return [single] if single else []
    return [(double[0], *single), (double[1],)]


def _surname(text: str) -> list[str]:
    """Initials of the surname that the text begins with, one entry per character; empty when the table has none."""
    known = _surnames()
    single, double = known.get(text[:1], []), known.get(text[:2], [])
    if len(double) < 2:
        return single
    return [double[0] + "".join(single), double[1]]


@lru_cache(maxsize=1)
def _table() -> tuple[list[tuple[int, str]], dict[str, str]]:
    """Runs of letters (first code point, letters) and the characters with several or scattered readings."""
    runs: list[tuple[int, str]] = []
    others: dict[str, str] = {}
    sections = re.split(rb"^\[(\w+)\]\n", (_DATA / "pinyin_initials.txt").read_bytes(), flags=re.MULTILINE)
    for name, body in zip(sections[1::2], sections[2::2], strict=True):
        if name == b"other":
            others = {line[0]: sys.intern(line[1:]) for line in body.decode().splitlines()}
        else:
            runs.append((int(name, 16), body.decode("ascii").replace("\n", "")))
    return runs, others


@lru_cache(maxsize=1)
def _surnames() -> dict[str, list[str]]:
    """Surname -> initials per character: all readings of a single surname, the one reading of a double surname."""
    firsts = {surname: [one[0] for one in readings] for surname, readings in _surname_readings().items()}
    return {surname: found if len(surname) == 2 else ["".join(found)] for surname, found in firsts.items()}


@lru_cache(maxsize=1)
def _surname_readings() -> dict[str, tuple[str, ...]]:
    """Surname -> its readings: of a single surname all, of a double surname one per character."""
    table: dict[str, tuple[str, ...]] = {}
    for line in (_DATA / "surname_readings.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            surname, *readings = line.split()
            table[surname] = tuple(readings)
    return table
