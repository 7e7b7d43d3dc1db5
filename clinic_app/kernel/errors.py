"""Refusals (拒绝): the one way in which a rule or a service says no to a person."""

from typing import Any


class Refused(Exception):
    """A command that is not done, with a code `subject.reason` that has a sentence in every locale.

    `facts` fill the sentence; they hold what the person typed or needs to see, never a database id.
    `field` names the form field at fault, `next_url` where the person can put it right.
    """

    def __init__(self, code: str, *, field: str | None = None, next_url: str | None = None, **facts: Any):
        super().__init__(code)
        self.code = code
        self.field = field
        self.next_url = next_url
        self.facts = facts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, field={self.field!r}, facts={self.facts!r})"


class Denied(Refused):
    """The person has no right to it."""


class Missing(Refused):
    """There is no such record for this person: unknown, or somebody else's."""


class Stale(Refused):
    """Somebody was faster: the record is not as the form showed it."""


class Invalid(Exception):
    """Several fields of a form are wrong at once: one refusal each, keyed by field."""

    def __init__(self, refusals: dict[str, Refused]):
        super().__init__(", ".join(sorted(refusals)))
        self.refusals = refusals
