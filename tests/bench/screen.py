"""A page as the browser holds it: found by id, swapped as htmx swaps it, its forms read as htmx reads them.

Cheap on purpose (string search, no tree): the driver shares two cores with the server it measures.
"""

import html
import json
import re
from dataclasses import dataclass

_ATTRIBUTE = re.compile(r"""([^\s=>/]+)(?:=(?:"([^"]*)"|'([^']*)'))?""")
_TAG = re.compile(r"""<(\w+)((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_FIELD = re.compile(r"<(input|select|textarea|button)\b")
_OOB = re.compile(r"""(<\w+\b[^<>]*\bhx-swap-oob="([^"]*)"[^<>]*>)""")
_OPTION = re.compile(r"<option\b([^>]*)>([^<]*)")
_NOT_SENT = {"button", "submit", "reset", "file", "image"}
VOID = {"input", "meta", "link", "br", "hr", "img"}


class NotOnPage(Exception):
    """The script names something that the page does not have."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its place in the text (`start` to `end`, inside from `open_end` to `close`) and its attributes."""

    name: str
    attributes: dict[str, str]
    start: int
    open_end: int
    close: int
    end: int


class Screen:
    """The text of a page and what was typed into it since."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.typed: dict[str, str] = {}

    def find(self, selector: str) -> Element:
        """`#id`, or the first element that a key presses (`F9`)."""
        if selector.startswith("#"):
            return self.element(selector[1:])
        at = self.text.find(f' data-key="{selector}"')
        if at < 0:
            raise NotOnPage(selector)
        return self._at(self.text.rfind("<", 0, at))

    def element(self, id_: str) -> Element:
        """The element with this id."""
        at = self.text.find(f' id="{id_}"')
        if at < 0:
            raise NotOnPage(f"#{id_}")
        return self._at(self.text.rfind("<", 0, at))

    def pick(self, list: str, text: str) -> Element:  # the script's words
        """Choose the option that shows `text`: what it fills is typed; the option itself may have a request."""
        box = self.element(list)
        at = self.text.find(text, box.open_end, box.close)
        if at < 0:
            raise NotOnPage(f"#{list} option {text}")
        option = self._at(self.text.rfind("<li", 0, at))
        field = self._at(self.text.rfind("<", 0, self.text.index(f' aria-controls="{list}"')))
        self.typed[field.attributes["id"]] = option.attributes.get("data-value", "")
        for name, value in option.attributes.items():
            if name.startswith("data-fill-"):
                self.typed[name.removeprefix("data-fill-")] = value
        return option

    def swap(self, target: str, style: str, answer: str) -> None:
        """Put an answer in place; its out-of-band parts go where they belong."""
        other = Screen(answer)
        for found in reversed(_OOB.findall(answer)):
            part = other._at(other.text.rfind(found[0]))
            id_ = found[1].partition("#")[2] or part.attributes["id"]
            self._put(id_, found[1].partition(":")[0], other.text, part)
            other.text = other.text[: part.start] + other.text[part.end :]
        self._put(target, style, other.text, Element("", {}, 0, 0, len(other.text), len(other.text)))
        for at in _FIELD.finditer(answer):
            given = Screen(answer)._at(at.start()).attributes
            for known in (given.get("id", ""), given.get("name", "")):
                self.typed.pop(known, None)

    def _put(self, id_: str, style: str, text: str, part: Element) -> None:
        whole = self.element(id_)
        if style == "innerHTML":
            self.text = self.text[: whole.open_end] + text[part.open_end : part.close] + self.text[whole.close :]
        else:
            self.text = self.text[: whole.start] + text[part.start : part.end] + self.text[whole.end :]

    def form_of(self, element: Element) -> Element | None:
        """The form that an element belongs to, by its `form` attribute or by lying in it."""
        if "form" in element.attributes:
            return self.element(element.attributes["form"]) if element.attributes["form"] else None
        start = self.text.rfind("<form", 0, element.start)
        if start < 0:
            return None
        form = self._at(start)
        return form if form.end >= element.end else None

    def fields(self, box: Element) -> list[tuple[str, str]]:
        """Names and values that a form, a part of a page or a single field contributes to a request."""
        if box.name in ("input", "select", "textarea"):
            return self._value(box)
        own = box.attributes.get("id") if box.name == "form" else None
        found: list[tuple[str, str]] = []
        for at in _FIELD.finditer(self.text, box.open_end, box.close):
            field = self._at(at.start())
            if own is None or field.attributes.get("form", own) == own:
                found += self._value(field)
        if own:
            for at in re.finditer(rf' form="{re.escape(own)}"', self.text):
                if not box.open_end <= at.start() < box.close:
                    found += self._value(self._at(self.text.rfind("<", 0, at.start())))
        return found

    def _value(self, field: Element) -> list[tuple[str, str]]:
        given = field.attributes
        name, kind = html.unescape(given.get("name", "")), given.get("type", "text")
        if not name or field.name == "button" or kind in _NOT_SENT or "disabled" in given:
            return []
        typed = self.typed.get(given.get("id", ""), self.typed.get(name))
        if kind in ("checkbox", "radio"):
            is_on = typed == given.get("value") if kind == "radio" and typed is not None else "checked" in given
            if kind == "checkbox" and typed is not None:
                is_on = typed == "on"
            return [(name, html.unescape(given.get("value", "on")))] if is_on else []
        if typed is not None:
            return [(name, typed)]
        if field.name == "select":
            return [(name, self._chosen(field))]
        if field.name == "textarea":
            return [(name, html.unescape(self.text[field.open_end : field.close]).removeprefix("\n"))]
        return [(name, html.unescape(given.get("value", "")))]

    def _chosen(self, select: Element) -> str:
        options = [
            (_attributes(found[1]), found[2]) for found in _OPTION.finditer(self.text, select.open_end, select.close)
        ]
        chosen = next((one for one in options if "selected" in one[0]), options[0] if options else ({}, ""))
        return html.unescape(chosen[0].get("value", chosen[1]))

    def _at(self, start: int) -> Element:
        tag = _TAG.match(self.text, start)
        if tag is None:
            raise NotOnPage(self.text[start : start + 80])
        name, close, end = tag[1], tag.end(), tag.end()
        if name not in VOID:
            close = self._close(name, close)
            end = self.text.index(">", close) + 1
        return Element(name, _attributes(tag[2]), start, tag.end(), close, end)

    def _close(self, name: str, at: int) -> int:
        depth = 1
        for found in re.compile(rf"<(/?){name}\b").finditer(self.text, at):
            depth += -1 if found[1] else 1
            if depth == 0:
                return found.start()
        raise NotOnPage(f"</{name}>")


def _attributes(text: str) -> dict[str, str]:
    return {
        found[1]: html.unescape(found[2] if found[2] is not None else found[3] or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def values_of(element: Element) -> list[tuple[str, str]]:
    """What `hx-vals` adds."""
    return [(name, str(value)) for name, value in json.loads(element.attributes.get("hx-vals", "{}")).items()]
