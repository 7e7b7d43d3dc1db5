"""Which of a patient's allergies (过敏) speak against a drug: a stop that needs a reason, or an amber line to look at.

Groups form a tree by `parents` (code -> parent code). An allergy to a group stops every drug of the group and of the
groups below it; a drug of a sister group is an amber line, because cross-reaction is possible but not certain. An
allergy to one drug stops every drug with a substance of it, whatever maker and form, and counts for its groups.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Tier = Literal["stop", "look"]
Because = Literal["drug", "substance", "kin", "group", "related", "text"]


@dataclass(frozen=True)
class Allergy:
    """One recorded allergy: `kind` group or drug with its code, or free text; `shown` is what the doctor reads.

    `groups` and `substances` are those of the drug named by an allergy of kind drug.
    """

    kind: Literal["group", "drug", "text"]
    code: str
    shown: str
    groups: frozenset[str] = frozenset()
    substances: frozenset[str] = frozenset()

    def as_kept(self) -> dict[str, Any]:
        """As a signed sheet and a dispense keep it: printed, and held against their lines by O3."""
        return {
            "kind": self.kind, "code": self.code, "text": self.shown, "groups": sorted(self.groups),
            "substances": sorted(self.substances),
        }  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """A finding for one allergy: tier `stop` blocks until a decision, `look` is one amber line; `because` says why."""

    tier: Tier
    because: Because
    allergy: Allergy


def allergy_stops(
    drug_groups: Collection[str], drug_code: str, allergies: Sequence[Allergy], parents: Mapping[str, str | None],
    drug_substances: Collection[str] = (),
) -> list[Stop]:
    """At most one finding per allergy, stops first, else in the order of the patient's list.

    A group, the same drug, one with a substance of it and one of its groups (`kin`) stop. A sister group and every free
    text are amber lines.
    """
    findings = [_finding(drug_groups, drug_code, drug_substances, allergy, parents) for allergy in allergies]
    return sorted((found for found in findings if found), key=lambda found: found.tier != "stop")


def _finding(
    drug_groups: Collection[str], drug_code: str, drug_substances: Collection[str], allergy: Allergy,
    parents: Mapping[str, str | None],
) -> Stop | None:
    if allergy.kind == "text":
        return Stop("look", "text", allergy)
    if allergy.kind == "drug" and allergy.code == drug_code:
        return Stop("stop", "drug", allergy)
    if not allergy.substances.isdisjoint(drug_substances):
        return Stop("stop", "substance", allergy)
    because: Because = "group" if allergy.kind == "group" else "kin"
    against = [allergy.code] if allergy.kind == "group" else sorted(allergy.groups)
    pairs = [(mine, theirs) for mine in against for theirs in drug_groups]
    if any(mine in _line(theirs, parents) for mine, theirs in pairs):
        return Stop("stop", because, allergy)
    if any(theirs in _line(mine, parents) or _sisters(mine, theirs, parents) for mine, theirs in pairs):
        return Stop("look", "related", allergy)
    return None


def _line(group: str, parents: Mapping[str, str | None]) -> list[str]:
    """The group and all above it; a loop in the dictionary ends the walk instead of the consultation."""
    line: list[str] = []
    above: str | None = group
    while above is not None and above not in line:
        line.append(above)
        above = parents.get(above)
    return line


def _sisters(one: str, other: str, parents: Mapping[str, str | None]) -> bool:
    return parents.get(one) in _line(other, parents) or parents.get(other) in _line(one, parents)
