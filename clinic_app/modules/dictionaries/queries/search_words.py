"""Under which words an entry is found (检索词), and what a typed text asks of them (CFG-10).

Words go into one full-text table; a tag before each says of which list it is, so that lists do not mix. An entry that
the clinic has used has every word a second time under another tag: few entries are in use, whatever a list holds, and
so those that begin with one letter are found without reading all of it.
"""

import re
from dataclasses import dataclass

from clinic_app.kernel.search import normal, spelled, spelled_term, term_keys

TAGS = {"drugs": ("d", "e"), "services": ("s", "t"), "diagnoses": ("x", "y")}
"""List -> tag of all its entries, tag of those in use."""
LONGEST = 24
"""Letters of a word that count: what is typed further on is not compared any more."""
# The tokenizer parts words at ASCII punctuation, so that is kept as characters of the private use area.
_PUNCTUATION = re.compile(r"[\0-\t\x0b-/:-@\[-`{-\x7f]")


def words(kind: str, name: str, name_en: str, code: str, *, is_used: bool = False) -> tuple[str, str]:
    """(what the entry may begin with: name, initials, spelling, English, code; what stands inside of these)."""
    initials, english, syllables = term_keys(name), normal(name_en).split(), spelled_term(name)
    begun = (normal(name), *initials)
    wholes = {*begun, *syllables[:1], " ".join(english), normal(code)} - {""}
    inside = {text[at : at + LONGEST] for text in begun for at in range(1, len(text) - 1)}
    inside.update(syllables[1:-1])
    inside.update(" ".join(english[at:]) for at in range(1, len(english)))
    tags = TAGS[kind] if is_used else TAGS[kind][:1]
    return _tagged(wholes, tags), _tagged(inside - wholes, tags)


@dataclass(frozen=True, slots=True)
class Asked:
    """Expressions for the full-text table: equal words, words that begin so, words inside, anything of used ones."""

    exact: str
    begins: str
    inside: str
    used: str

    @property
    def anywhere(self) -> str:
        return f"({self.begins}) OR ({self.inside})"


def asked(kind: str, text: str) -> Asked | None:
    """What a typed text looks for in one list; None for a text without anything to look for."""
    typed = [word for word in (normal(text), spelled(text)) if word]
    if not typed:
        return None
    tag, used = TAGS[kind]
    equal, begins = (" OR ".join(_quoted(tag, word) + end for word in typed) for end in ("", "*"))
    return Asked(
        f"whole : ({equal})", f"whole : ({begins})", f"inside : ({begins})",
        " OR ".join(_quoted(used, word) + "*" for word in typed),
    )  # fmt: skip


def _tagged(found: set[str], tags: tuple[str, ...]) -> str:
    cut = sorted({word[:LONGEST] for word in found})
    return _letters("\n".join([tag + word for tag in tags for word in cut]))


def _quoted(tag: str, word: str) -> str:
    return f'"{tag}{_letters(word[:LONGEST])}"'


def _letters(text: str) -> str:
    return _PUNCTUATION.sub(lambda found: chr(0xE000 + ord(found[0])), text)
