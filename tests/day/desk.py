"""One person at a desk of the scripted day: signed in over HTTP, posts the pages' own forms, reads what is answered."""

import html
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from appliance.practice import PASSWORD
from tests.faults.form_client import PAGE_OF_EVERYBODY, Answer, FormClient, NoAnswer, field_of

STAFF = {
    "registrar": "0001", "doctor0": "0002", "doctor1": "0010", "doctor2": "0011", "nurse": "0003",
    "pharmacist": "0004", "cashier0": "0005", "cashier1": "0015", "manager": "0006", "trainee": "0014",
    "administrator": "0007",
}  # fmt: skip
Fields = Iterable[tuple[str, str]]
T = TypeVar("T")
DONE = (200, 303)
PATIENCE, PAUSE, MOST_AGAIN = 60.0, 0.08, 8


class NotAsExpected(Exception):
    """An answer that the day cannot go on from."""


@dataclass(frozen=True)
class Told:
    """What a person reads in an answer: the words of the toast, of the refusal, of the page."""

    answer: Answer
    words: str
    was_sent_again: bool = False

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def is_refused(self) -> bool:
        """A 4xx that says something in words."""
        return 400 <= self.status < 500 and re.search(r"[\u4e00-\u9fff]{4}", self.words) is not None


@dataclass(frozen=True)
class Answered:
    """A command that was answered as done, for the judge of what is kept."""

    role: str
    path: str
    once: str


class Desk:
    """`do` is a form that must be taken, `send` any form at all.

    A server that is gone is waited for, and what was not answered is sent again under the same key, as the pages do.
    """

    def __init__(self, port: int, role: str) -> None:
        self.role, self.client = role, FormClient(port)
        self.answered: list[Answered] = []
        self.answers = self.unanswered = self.shut_out = self.replays = 0
        self._wait_for(lambda: self.client.sign_in(STAFF[role], PASSWORD))

    def page(self, path: str) -> str:
        answer = self._ask(lambda: self.client.get(path))
        if answer.status != 200:
            raise NotAsExpected(f"{self.role} {path}: {answer.status} {text_of(answer.text)[:200]}")
        return answer.text

    def leads_to(self, path: str) -> str:
        """Where a page sends on to."""
        answer = self._ask(lambda: self.client.get(path))
        if answer.status != 303:
            raise NotAsExpected(f"{self.role} {path}: {answer.status} leads nowhere")
        return answer.headers["location"].split("#")[0]

    def send(self, path: str, fields: Fields = (), *, once: str | None = None, fragment: bool = False) -> Told:
        key, sent = secrets.token_hex(12) if once is None else once, list(fields)
        for _again in range(MOST_AGAIN):
            unanswered, shut_out = self.unanswered, self.shut_out
            self._know_csrf()
            answer = self._ask(lambda: self.client.post(path, sent, once=key, fragment=fragment))
            told = Told(answer, self._words(answer), self.unanswered > unanswered)
            if told.words or not key or (self.unanswered, self.shut_out) == (unanswered, shut_out):
                break  # else the server died, or the screen was locked, before the page that says it: pressed again
        self.replays += answer.is_replay
        if key and answer.status in DONE:
            self.answered.append(Answered(self.role, path, key))
        return told

    def do(self, path: str, fields: Fields = (), *, once: str | None = None, fragment: bool = False) -> Told:
        told = self.send(path, fields, once=once, fragment=fragment)
        if told.status not in DONE:
            raise NotAsExpected(f"{self.role} {path}: {told.status} {told.words[:300]}")
        return told

    def draft(self, path: str, fields: Fields) -> Told:
        """A draft has no key; refused as stale when sent again, it was stored before the server died."""
        told = self.send(path, fields, once="", fragment=True)
        if told.status not in DONE and not (told.was_sent_again and told.status in (409, 422)):
            raise NotAsExpected(f"{self.role} {path}: {told.status} {told.words[:300]}")
        return told

    def _ask(self, act: Callable[[], Answer]) -> Answer:
        """Until an answer comes to somebody who is signed in."""
        for _again in range(MOST_AGAIN):
            answer = self._wait_for(act)
            where = answer.headers.get("location", "")
            if answer.status == 423 or where.startswith("/locked"):
                self.client.csrf = field_of(self._wait_for(lambda: self.client.get("/locked")).text, "csrf")
                self._wait_for(lambda: self.client.post("/unlock", [("password", PASSWORD), ("next", "/")]))
            elif where.startswith("/sign-in") or (answer.status in (401, 403) and "/sign-in" in answer.text):
                self._wait_for(lambda: self.client.sign_in(STAFF[self.role], PASSWORD))
            else:
                self.answers += 1
                return answer
            self.shut_out += 1
        raise NotAsExpected(f"{self.role} is not let in")

    def _know_csrf(self) -> None:
        if not self.client.csrf:
            self.client.csrf = field_of(self._ask(lambda: self.client.get(PAGE_OF_EVERYBODY)).text, "csrf")

    def _wait_for(self, act: Callable[[], T]) -> T:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except NoAnswer:
                self.unanswered += 1
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE)

    def _words(self, answer: Answer) -> str:
        """The toast where there is one, for a redirect that of the page it leads to, else the text of the answer."""
        toast = json.loads(answer.headers.get("hx-trigger", "{}")).get("toast", "")
        if toast:
            return str(toast)
        if answer.status == 303:
            shown = self._ask(lambda: self.client.get(answer.headers["location"].split("#")[0]))
            found = re.search(r'<div class="toast">(.*?)</div>', shown.text, re.S)
            return text_of(found[1]) if found else ""
        return text_of(answer.text)


def field_values(page: str, name: str) -> list[str]:
    """The values of every box of this name, in the order of the page."""
    boxes = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    found = [re.search(r'\bvalue="([^"]*)"', box) for box in boxes]
    return [html.unescape(one[1]) for one in found if one]


def fen(text: str) -> int:
    """Yuan as a screen writes them."""
    plain = text.replace(",", "").replace("−", "-")
    whole, _, cents = plain.lstrip("-").partition(".")
    return (int(whole) * 100 + int(cents.ljust(2, "0") or 0)) * (-1 if plain.startswith("-") else 1)


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def text_of(page: str) -> str:
    shown = re.sub(r"(?s)<(script|style).*?</\1>", " ", page)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))).strip()
