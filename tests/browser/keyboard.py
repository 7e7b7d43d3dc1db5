"""Somebody at a keyboard in a browser of their own; no mouse anywhere."""

import re
import time
from typing import Any

from appliance.practice import PASSWORD

POSTS = {
    "registrar": ("0001", "挂号 1号窗"), "doctor": ("0002", "二诊室"), "paediatrician": ("0010", "一诊室"),
    "trainee": ("0014", "一诊室"),
    "cashier": ("0005", "收费 1号窗"), "pharmacist": ("0004", "西药房"), "administrator": ("0007", "办公室"),
    "assistant": ("0013", "西药房"), "manager": ("0006", "办公室"), "auditor": ("0008", "办公室"),
    "nurse": ("0003", "护士站"),
    "security_officer": ("0012", "办公室"),
}  # fmt: skip
PRIMARY = {"F9", "Control+Enter"}
SECOND_MS = 1100


class Person:
    """Somebody at a keyboard: keys, typed text, and what the screen then shows."""

    def __init__(self, page: Any, url: str, complaints: list[str]):
        self.page, self.url, self.complaints, self.has_acted = page, url, complaints, False

    def sign_in(self, staff_no: str, desk: str) -> "Person":
        page = self.page
        page.goto(self.url + "/sign-in")
        page.locator("#staff-no").focus()
        self.type(staff_no)
        page.locator("#desk").focus()
        page.locator("#desk").select_option(label=desk)
        page.locator("#password").focus()
        self.type(PASSWORD)
        self.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def opens(self, label: str) -> "Person":
        """Another page of the top bar, by the key that the bar gives it."""
        link = self.page.locator(".modnav a").filter(has_text=label).first
        key = link.get_attribute("data-key")
        if key:
            self.press(key)
        else:
            self.press("Alt+0")
            self.page.wait_for_url(self.url + "/")
            self.goes_to(f'main a[href="{link.get_attribute("href")}"]').press("Enter")
        self.page.locator(".modnav a[aria-current]").filter(has_text=label).wait_for(timeout=8000)
        return self

    def goes_to(self, selector: str, key: str = "Tab") -> "Person":
        """Tab (or another key) until that element has the focus, as somebody without a mouse gets there."""
        for _ in range(60):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return self
            self.press(key)
        raise AssertionError(f"{selector} cannot be reached with {key}")

    def press(self, *keys: str) -> "Person":
        """One key after the other. An F9 that begins a call is meant: it comes a second after the one before."""
        if keys[0] in PRIMARY and self.has_acted:
            self.page.wait_for_timeout(SECOND_MS)
        for key in keys:
            self.page.keyboard.press(key)
        self.has_acted = self.has_acted or not PRIMARY.isdisjoint(keys)
        return self

    def type(self, text: str, *, pause_ms: int = 45) -> "Person":
        """At a person's pace: slower than a scanner, which is known by its speed. Chinese comes in words, as from an
        input method."""
        for word in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", text):
            if word.isascii():
                self.page.keyboard.type(word, delay=pause_ms)
            else:
                self.page.keyboard.insert_text(word)
        return self

    def composes(self, letters: str, word: str) -> "Person":
        """A word through a Chinese input method; the keys pressed meanwhile belong to it and not to the page."""
        keyboard, end = self.page.context.new_cdp_session(self.page), len(letters)
        keyboard.send("Input.imeSetComposition", {"text": letters, "selectionStart": end, "selectionEnd": end})
        for key in ("Enter", "F9", "Escape", " "):
            keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229})
        keyboard.send("Input.insertText", {"text": word})
        keyboard.detach()
        return self

    def leaves(self) -> None:
        """Close the browser, as at the end of the day."""
        self.page.context.close()

    def scan(self, code: str) -> "Person":
        """Keys 8 ms apart with Enter at the end; the distance is stated, so a busy machine does not stretch it."""
        keyboard, began = self.page.context.new_cdp_session(self.page), time.time()
        for place, sign in enumerate([*code, "\r"]):
            key, number = ("Enter", 13) if sign == "\r" else (sign, ord(sign.upper()))
            event = {"key": key, "timestamp": began + place * 0.008, "windowsVirtualKeyCode": number}
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": sign, **event})
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        keyboard.detach()
        return self

    def sees(self, text: str, where: str = "body") -> "Person":
        self.page.locator(where).filter(has_text=text).first.wait_for(timeout=8000)
        return self

    def waits_for(self, selector: str, state: str = "visible") -> "Person":
        self.page.locator(selector).first.wait_for(state=state, timeout=8000)
        return self

    def settles(self) -> "Person":
        """Wait until what the page asks for by itself is there."""
        self.page.wait_for_function("() => !document.querySelector('.htmx-request')", timeout=8000)
        return self

    def holds(self, selector: str, value: str) -> "Person":
        """Wait until that field holds this text."""
        self.page.wait_for_function(
            "([selector, value]) => document.querySelector(selector).value === value", arg=[selector, value],
            timeout=8000,
        )  # fmt: skip
        return self

    def focus(self) -> str:
        """The focused element as `#id` or `tag[name]`."""
        return str(self.page.evaluate(
            "() => { const e = document.activeElement; return e.id ? '#' + e.id : e.tagName.toLowerCase() +"
            " (e.name ? `[${e.name}]` : '') }"
        ))  # fmt: skip

    def has_focus(self, selector: str) -> "Person":
        self.page.wait_for_function(
            "selector => document.activeElement && document.activeElement.matches(selector)", arg=selector, timeout=8000
        )
        return self
