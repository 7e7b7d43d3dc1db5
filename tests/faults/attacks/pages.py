"""The forms of a page as a browser would send them: what a form holds, what a button adds, what htmx posts."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

ID = re.compile(r"[0-9a-f]{32}|(?<=/)\d+(?=/|$)")


@dataclass
class Field:
    name: str
    value: str
    kind: str


@dataclass
class Form:
    """Where it posts, and what the browser would send with it."""

    action: str
    fields: list[Field] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        return ID.sub("*", self.action)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    def pairs(self, **other: str) -> list[tuple[str, str]]:
        """What is sent, without token and key; `other` values in place of some."""
        return [(one.name, other.get(one.name, one.value)) for one in self.fields if one.name not in ("csrf", "once")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.outside: list[tuple[str, Field]] = []
        self.now: Form | None = None
        self.area: Field | None = None
        self.select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(told)
            return
        if told.get("hx-post") and tag in ("button", "a", "input", "select"):
            self._button(told)
        if tag == "option" and self.select is not None:
            if "selected" in told or not self.select.value:
                self.select.value = told.get("value", "")
        elif tag in ("input", "textarea", "select", "button") and told.get("name"):
            self._field(tag, told)

    def _begin(self, told: dict[str, str]) -> None:
        posts = told.get("hx-post") or (told.get("action", "") if told.get("method", "").lower() == "post" else "")
        self.now = Form(urlsplit(posts).path)
        self.by_id[told.get("id", "")] = self.now
        if posts:
            self.forms.append(self.now)

    def _button(self, told: dict[str, str]) -> None:
        """What htmx posts from an element of its own, with the values that it names."""
        try:
            values = json.loads(told.get("hx-vals", "{}"))
        except ValueError:
            values = {}
        given = [Field(name, str(one), "hidden") for name, one in values.items()]
        self.forms.append(Form(urlsplit(told["hx-post"]).path, given))

    def _field(self, tag: str, told: dict[str, str]) -> None:
        kind = told.get("type", "submit" if tag == "button" else tag)
        if kind in ("checkbox", "radio") and "checked" not in told:
            return
        made = Field(told["name"], told.get("value", "on" if kind == "checkbox" else ""), kind)
        if tag == "textarea":
            self.area = made
        if tag == "select":
            self.select = made
        if "form" in told:
            self.outside.append((told["form"], made))
        elif self.now is not None:
            self.now.fields.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.value += data


def forms_of(html: str) -> list[Form]:
    """Every form of the page that posts somewhere."""
    reader = _Reader()
    reader.feed(html)
    for name, one in reader.outside:
        if name in reader.by_id:
            reader.by_id[name].fields.append(one)
    return [one for one in reader.forms if one.action.startswith("/")]


def form_at(html: str, action: str) -> Form:
    """The one whose address ends so."""
    return next(one for one in forms_of(html) if one.action.endswith(action))
