"""How a check answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic_app.config import Config
from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused

OK, NOTICE, WARNING, FAULT = "ok", "notice", "warning", "fault"
STATES = (OK, NOTICE, WARNING, FAULT)
"""Nothing to do; to be known; to be done these days; to be done now."""


def _(text: str) -> str:
    """Marks a sentence for the catalogues; it is drawn in the reader's language when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `text` is the Chinese source sentence, `facts` fill it and hold no patient data.

    `next_url` is the page where it is put right for who has `next_right`, `next_text` its button; without one the
    runbook is the next step.
    """

    state: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    next_url: str = ""
    next_text: str = ""
    next_right: str = ""

    @property
    def sentence(self) -> str:
        return i18n.gettext(self.text) % self.facts


@dataclass(frozen=True, slots=True)
class Place:
    """What is examined: the clinic of this data folder, open unless `why` says why it could not be opened.

    Reading all pages and comparing passwords takes time.
    """

    config: Config
    reads_pages: bool = False
    compares_passwords: bool = False
    why: Refused | None = None
