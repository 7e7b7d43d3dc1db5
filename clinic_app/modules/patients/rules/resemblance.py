"""When two records may be one person (疑似重复): what of them agrees, and how identity numbers nearly agree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

NumberLikeness = Literal["same", "swapped", "near", "different", "empty"]
_RANK = {"same": 0, "swapped": 1, "near": 2}
NEAR_YEARS = 2
"""How far an age that was only said may be from the truth: completed or counted years, 虚岁, and a year's doubt."""


@dataclass(frozen=True)
class Likeness:
    """What agrees between what is typed and a record; `number` compares the identity numbers."""

    is_name_same: bool
    is_birth_same: bool
    is_phone_same: bool
    number: NumberLikeness
    is_namesake_of_like_age: bool = False

    @property
    def is_suspect(self) -> bool:
        """Same name and birth date or phone, a like identity number, or a namesake of about the age said."""
        alike = self.is_name_same and (self.is_birth_same or self.is_phone_same)
        return self.number in _RANK or alike or self.is_namesake_of_like_age

    @property
    def rank(self) -> tuple[int, int]:
        """Likelier pairs first."""
        return _RANK.get(self.number, 3), -(self.is_birth_same + self.is_phone_same)


def number_likeness(typed: str, stored: str) -> NumberLikeness:
    """`swapped`: two neighbours changed places; `near`: at most two places differ; `empty`: one side has no number."""
    if not typed or not stored:
        return "empty"
    if typed == stored:
        return "same"
    if len(typed) != len(stored):
        return "different"
    at = [place for place, (one, other) in enumerate(zip(typed, stored, strict=True)) if one != other]
    if len(at) == 2 and at[1] == at[0] + 1 and typed[at[0]] == stored[at[1]] and typed[at[1]] == stored[at[0]]:
        return "swapped"
    return "near" if len(at) <= 2 else "different"


def swapped_numbers(number: str) -> list[str]:
    """Every number that becomes `number` when two neighbouring places are exchanged."""
    pairs = range(len(number) - 1)
    return [
        number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in pairs if number[at] != number[at + 1]
    ]


def is_same_name(keys: Collection[str], other_keys: Collection[str]) -> bool:
    """Whether two names sound alike: 王秀兰 and 王秀蘭 share their key of initials."""
    return not set(keys).isdisjoint(other_keys)


def years_of_like_age(born_on: str) -> tuple[str, str]:
    """The first and last birth date, in ISO text, that an estimated birth date may stand for."""
    born, doubt = date.fromisoformat(born_on), timedelta(days=366 * NEAR_YEARS)
    return (max(born, date.min + doubt) - doubt).isoformat(), (min(born, date.max - doubt) + doubt).isoformat()
