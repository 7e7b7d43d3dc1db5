"""What was tried, what was refused, and what came through: one row for each line of the attack list."""

import re
import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from tests.faults.attacks.wire import Answer

MARKUP = '"><img src=x onerror=alert(1)>'
INNARDS = re.compile(
    rb"Traceback \(most recent|File \"/|apsw\.|peewee\.|werkzeug\.|jinja2\.|site-packages|sqlite3_|SQL logic"
    rb"|no such (column|table)|near \"[^\"]*\": syntax error|/clinic_app/|SELECT [a-z_.]+, "
)
MOST_TOLD = 40


@dataclass
class Row:
    """`held`: tries that were refused, or answered as they may be; `faults` 5xx or no answer; `found` what came out."""

    tries: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


class Report:
    """Collected by many threads at once."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._lock = threading.Lock()

    def tried(
        self, row: str, where: str, answer: Answer, *, must_refuse: bool = False, foreign: Collection[str] = (),
        may_hang_up: bool = False,
    ) -> Answer:  # fmt: skip
        """Judge an answer by what no answer may ever be, by `foreign` texts, and by whether it had to be a refusal."""
        problem = fault = ""
        if answer.status >= 500 or (answer.status == 0 and not may_hang_up):
            fault = f"answers {answer.status or answer.text}"
        else:
            problem = breach(answer) or next((f"shows {one}" for one in foreign if one in answer.text), "")
            if must_refuse and not answer.is_refused and not (may_hang_up and answer.status == 0):
                problem = problem or f"is taken: {answer.status}"
        with self._lock:
            mine = self.rows.setdefault(row, Row())
            mine.tries += 1
            mine.refused += answer.is_refused or answer.status == 0
            if fault:
                mine.faults.append(f"{where} {fault}")
            if problem:
                mine.found.append(f"{where} {problem}")
        return answer

    def note(self, row: str, where: str, problem: str = "", *, tries: int = 1) -> None:
        """Something looked at from outside, such as the state of the books; a problem is one found."""
        with self._lock:
            mine = self.rows.setdefault(row, Row())
            mine.tries += tries
            if problem:
                mine.found.append(f"{where} {problem}")
            else:
                mine.refused += tries

    @property
    def tries(self) -> int:
        return sum(one.tries for one in self.rows.values())

    @property
    def bad(self) -> list[str]:
        return [f"{name}: {text}" for name, row in self.rows.items() for text in (*row.faults, *row.found)]

    def __str__(self) -> str:
        refused = sum(one.refused for one in self.rows.values())
        faults = sum(len(one.faults) for one in self.rows.values())
        found = sum(len(one.found) for one in self.rows.values())
        lines = [f"{self.tries} tries, {refused} refused, {faults} faults, {found} came through"]
        for name in sorted(self.rows, key=lambda text: (int(re.match(r"\d*", text)[0] or 0), text)):
            row = self.rows[name]
            figures = f"{row.tries:6} tries {row.refused:6} refused {len(row.faults):3} faults {len(row.found):3} found"
            lines.append(f"{name:42}{figures}")
        return "\n".join([*lines, *self.bad[:MOST_TOLD]])


LONGEST_HEADER = 4_096  # browsers and relays give up somewhere above


def breach(answer: Answer) -> str:
    """What no answer to anybody may hold."""
    away = answer.header("location")
    is_own = away.startswith("http://127.0.0.1:")
    if (not is_own and away.startswith(("//", "http", "\\"))) or re.match(r"/[\t\r\n\\/]", away):
        return f"sends to {away}"
    for name, value in answer.headers:
        if "x-evil" in name.lower() or (name.lower() == "set-cookie" and "evil=" in value):
            return "lets a header in"
        if len(value) > LONGEST_HEADER:
            return f"has a head of {len(value)} characters: {name}"
    kind = answer.header("content-type")
    if "html" in kind and MARKUP in answer.text:
        return "shows markup that was typed"
    if kind.startswith(("text/", "application/json")) and (inner := INNARDS.search(answer.body)):
        return f"shows its innards: {inner[0]!r}"
    return ""
