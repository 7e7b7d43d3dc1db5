"""Two windows on one note: what only one of them changed goes together, what both changed is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

_SIGNS = 8


@dataclass(frozen=True)
class Merged:
    """What to store; `theirs` the other window changed and this one shows as they were, `disputed` both changed."""

    fields: dict[str, str]
    theirs: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


def mark(text: str) -> str:
    """A short mark of a text, for a form to say which text a field was drawn with."""
    return sha256(text.encode()).hexdigest()[:_SIGNS]


def merge(mine: Mapping[str, str], drawn: Mapping[str, str], stored: Mapping[str, str]) -> Merged:
    """`mine` as typed against what is `stored` now; `drawn` are the marks of the texts that the form was drawn with.

    A field without a mark counts as drawn with what nobody knows: it is disputed unless both texts are the same.
    """
    fields, theirs, disputed = dict(stored), [], []
    for name, text in mine.items():
        if text == stored[name]:
            continue
        if mark(text) == drawn.get(name):
            theirs.append(name)
        elif mark(stored[name]) == drawn.get(name):
            fields[name] = text
        else:
            disputed.append(name)
    return Merged(fields, tuple(theirs), tuple(disputed))
