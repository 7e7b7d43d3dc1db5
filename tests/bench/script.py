"""The request script of one visit, read from visit.toml."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

VISIT = Path(__file__).with_name("visit.toml")
STEPS = ("register", "consult", "charge", "dispense")
KINDS = ("page", "fragment", "write")
ACTIONS = ("open", "use", "get", "see")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what is typed and picked before, the action, what is kept of the answer."""

    step: str
    by: str
    kind: str
    name: str
    open: str = ""
    use: str = ""
    get: str = ""
    see: bool = False
    type: dict[str, str] = field(default_factory=dict)
    pick: dict[str, str] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """`start`: the page that stands open in each person's browser before the first visit."""

    start: dict[str, str]
    requests: tuple[Request, ...]


def read_script(path: Path = VISIT) -> Script:
    """The script of a file; ValueError names the request that is not one."""
    given = tomllib.loads(path.read_text("utf-8"))
    requests = []
    for place, entry in enumerate(given["request"], 1):
        unknown = set(entry) - set(Request.__dataclass_fields__)
        if unknown:
            raise ValueError(f"request {place}: no such key: {', '.join(sorted(unknown))}")
        one = Request(**entry)
        actions = [name for name in ACTIONS if getattr(one, name)]
        if len(actions) > 1 or not (actions or one.pick):
            raise ValueError(f"request {place} ({one.name}): exactly one of {', '.join(ACTIONS)}")
        if one.step not in STEPS or one.kind not in KINDS or one.by not in given["start"]:
            raise ValueError(f"request {place} ({one.name}): unknown step, kind or person")
        requests.append(one)
    return Script(given["start"], tuple(requests))


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its $names; KeyError for one that nothing kept."""
    return Template(text).substitute(values)


def kept(pattern: str, answer: str, values: dict[str, str]) -> str:
    """What a `keep` pattern finds in an answer, else ""; known $names stand for themselves."""
    known = {name: re.escape(value) for name, value in values.items()}
    found = re.search(Template(pattern).safe_substitute(known), answer)
    return found[1] if found else ""
