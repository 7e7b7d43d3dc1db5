"""One person at a desk of the scripted day: signed in over HTTP, posts the pages' own forms, reads what is answered."""

import html
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.practice import PASSWORD
from tests.faults.form_client import Answer, FormClient

STAFF = {
    "registrar": "0001", "doctor0": "0002", "doctor1": "0010", "doctor2": "0011", "nurse": "0003",
    "pharmacist": "0004", "cashier0": "0005", "cashier1": "0015", "manager": "0006",
}  # fmt: skip
Fields = Iterable[tuple[str, str]]


class NotAsExpected(Exception):
    """An answer that the day cannot go on from."""


@dataclass(frozen=True)
class Told:
    """What a person reads in an answer: the words of the toast, of the refusal, of the page."""

    answer: Answer
    words: str

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def is_refused(self) -> bool:
        """A 4xx that says something in words."""
        return 400 <= self.status < 500 and re.search(r"[\u4e00-\u9fff]{4}", self.words) is not None


class Desk:
    """`do` is a form that must be taken, `send` any form at all."""

    def __init__(self, port: int, role: str) -> None:
        self.role, self.client = role, FormClient(port)
        self.client.sign_in(STAFF[role], PASSWORD)

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status != 200:
            raise NotAsExpected(f"{self.role} {path}: {answer.status} {_text(answer.text)[:200]}")
        return answer.text

    def send(self, path: str, fields: Fields = (), *, once: str | None = None, fragment: bool = False) -> Told:
        answer = self.client.post(
            path, list(fields), once=secrets.token_hex(12) if once is None else once, fragment=fragment
        )
        return Told(answer, self._words(answer))

    def do(self, path: str, fields: Fields = (), *, once: str | None = None, fragment: bool = False) -> Told:
        told = self.send(path, fields, once=once, fragment=fragment)
        if told.status not in (200, 303):
            raise NotAsExpected(f"{self.role} {path}: {told.status} {told.words[:300]}")
        return told

    def draft(self, path: str, fields: Fields) -> Told:
        return self.do(path, fields, once="", fragment=True)

    def _words(self, answer: Answer) -> str:
        """The toast where there is one, for a redirect that of the page it leads to, else the text of the answer."""
        toast = json.loads(answer.headers.get("hx-trigger", "{}")).get("toast", "")
        if toast:
            return str(toast)
        if answer.status == 303:
            shown = self.client.get(answer.headers["location"].split("#")[0])
            found = re.search(r'<div class="toast">(.*?)</div>', shown.text, re.S)
            return _text(found[1]) if found else ""
        return _text(answer.text)


def field_values(page: str, name: str) -> list[str]:
    """The values of every box of this name, in the order of the page."""
    boxes = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    found = [re.search(r'\bvalue="([^"]*)"', box) for box in boxes]
    return [html.unescape(one[1]) for one in found if one]


def fen(text: str) -> int:
    """Yuan as a screen writes them."""
    whole, _, cents = text.replace(",", "").partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _text(page: str) -> str:
    shown = re.sub(r"(?s)<(script|style).*?</\1>", " ", page)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))).strip()
