"""What a record lacks (缺项): the fields of the outpatient cover (OR-01) and those that find a person again."""

from collections.abc import Iterable
from dataclasses import dataclass

FIELDS = (
    "name", "sex", "born_on", "identity", "phone", "address", "village", "ethnicity", "marital", "occupation",
    "workplace", "allergy",
)  # fmt: skip
NOT_OF_A_CHILD = frozenset({"marital", "occupation", "workplace"})


@dataclass(frozen=True, slots=True)
class Filled:
    """Which fields of one record hold something, and whether the person is a child who needs a guardian."""

    known: frozenset[str]
    is_child: bool
    has_guardian: bool


def missing(record: Filled) -> tuple[str, ...]:
    """The fields that lack, in the order of the form; a child needs a guardian, but no marital state, work or job."""
    asked = [one for one in FIELDS if not (record.is_child and one in NOT_OF_A_CHILD)]
    lacking = [one for one in asked if one not in record.known]
    return (*lacking, "guardian") if record.is_child and not record.has_guardian else tuple(lacking)


def asked_of(record: Filled) -> int:
    """How many fields this record is asked for."""
    return len(FIELDS) - len(NOT_OF_A_CHILD) + 1 if record.is_child else len(FIELDS)


def completeness_percent(records: Iterable[Filled]) -> int | None:
    """Filled fields in all asked ones, in whole percent rounded down; None without records."""
    asked = filled = 0
    for one in records:
        asked += asked_of(one)
        filled += asked_of(one) - len(missing(one))
    return 100 * filled // asked if asked else None
