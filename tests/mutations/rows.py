"""The mutations on record: TOML files by rule, one table for each mutation of a rule."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the product that breaks a rule, and the tests of that rule that must each notice it."""

    rule: str
    file: str
    text: str
    mutated: str
    tests: tuple[str, ...]

    @property
    def change(self) -> str:
        """The change on one line."""
        return f"{self.file}: {' '.join(self.text.split())} -> {' '.join(self.mutated.split()) or 'nothing'}"

    @property
    def at_creation(self) -> bool:
        """Whether it only shows in a clinic that is made with it: a schema, a first value, a row of a starter list."""
        return any(part in self.file for part in ("/migrations/", "/data/", "/module.py", "appliance/"))


def mutations(rules: tuple[str, ...] = ()) -> list[Mutation]:
    """All rows, or those of the rules whose id begins so."""
    return [
        Mutation(rule, row["file"], row["text"], row["mutated"], tuple(row["tests"]))
        for path in sorted(FOLDER.glob("*.toml"))
        for rule, rows in tomllib.loads(path.read_text("utf-8")).items()
        for row in rows
        if not rules or rule.startswith(rules)
    ]
