"""Two versions of a note side by side (版本对比): which fields differ, and within them which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Piece = tuple[bool, str]
"""Whether this stretch of a text differs, and the stretch."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs: the pieces of the older and of the newer text."""

    name: str
    older: tuple[Piece, ...]
    newer: tuple[Piece, ...]


def differences(older: Mapping[str, str], newer: Mapping[str, str], names: Sequence[str]) -> list[Difference]:
    """The fields of `names` that differ, in that order."""
    return [
        Difference(name, *_pieces(older.get(name, ""), newer.get(name, "")))
        for name in names
        if older.get(name, "") != newer.get(name, "")
    ]


def _pieces(older: str, newer: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left: list[Piece] = []
    right: list[Piece] = []
    for what, a1, a2, b1, b2 in SequenceMatcher(None, older, newer, autojunk=False).get_opcodes():
        if a2 > a1:
            left.append((what != "equal", older[a1:a2]))
        if b2 > b1:
            right.append((what != "equal", newer[b1:b2]))
    return tuple(left), tuple(right)
