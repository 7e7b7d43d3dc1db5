"""How a Han character is spelled (拼音音节), from a frozen table."""

import re
import sys
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "pinyin_syllables.txt"
_OTHER_SPELLING = "v"


def syllables(character: str) -> tuple[str, ...]:
    """Plausible syllables without tones, the usual one first; empty for what has no known reading.

    Those with ü come twice, as an input method takes them and as identity papers print them: `lv`, `lu`.
    """
    names, runs, others = _table()
    pairs = others.get(character, "")
    if not pairs:
        for start, body in runs:
            at = 2 * (ord(character) - start)
            if 0 <= at < len(body):
                pairs = body[at : at + 2].replace("--", "")
    found = [names[26 * (ord(pairs[at]) - 97) + ord(pairs[at + 1]) - 97] for at in range(0, len(pairs), 2)]
    return tuple(dict.fromkeys(way for one in found for way in (one, one.replace(_OTHER_SPELLING, "u"))))


@lru_cache(maxsize=1)
def _table() -> tuple[list[str], list[tuple[int, str]], dict[str, str]]:
    """The syllables, runs of pairs (first code point, pairs) and the characters read in several ways."""
    names: list[str] = []
    runs: list[tuple[int, str]] = []
    others: dict[str, str] = {}
    sections = re.split(rb"^\[(\w+)\]\n", _FILE.read_bytes(), flags=re.MULTILINE)
    for name, body in zip(sections[1::2], sections[2::2], strict=True):
        if name == b"syllables":
            names = body.decode("ascii").split()
        elif name == b"other":
            others = {line[0]: sys.intern(line[1:]) for line in body.decode().splitlines()}
        else:
            runs.append((int(name, 16), body.decode("ascii").replace("\n", "")))
    return names, runs, others
