"""The browsers of one clinic: who sits at which, and what their consoles and the server complained of."""

import re
from pathlib import Path
from typing import Any

from tests.browser.keyboard import POSTS, Person

CHROMIUM = (  # noqa: SIM905
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
SCREEN = {"width": 1366, "height": 625}  # what a 1366x768 PC leaves for the page
LOST_FOCUS = """
let at = '', swaps = 0, keys = 0;
document.addEventListener('keydown', () => { keys += 1; }, true);
document.addEventListener('htmx:beforeSwap', () => { swaps += 1; });
document.addEventListener('htmx:beforeRequest', () => {
  const e = document.activeElement;
  at = e && e !== document.body ? e.id || e.tagName : '';
});
document.addEventListener('htmx:afterSettle', () => {
  const was = at, mine = swaps, before = keys;
  setTimeout(() => {
    if (mine !== swaps || before !== keys || document.querySelector('form.htmx-request')) return;
    const e = document.activeElement;
    if (was && (!e || e === document.body)) console.error(location.pathname + ': a swap took the focus from ' + was);
  }, 80);
});
"""  # with the focus on <body> the person is nowhere; the last swap tells, when no form is on its way, no key moved on
REFUSED = re.compile(  # how the console reports a refusal, and an answer that nobody waits for any more
    r"status of 4\d\d|Status Error Code 4\d\d|htmx:(afterRequest|sendAbort), "
)


class Office:
    """`tokens`: sessions already begun, by role and language; whoever has none signs in by keyboard."""

    def __init__(self, chromium: Any, url: str, tokens: dict[tuple[str, str], str]):
        self.chromium, self.url, self.tokens = chromium, url, tokens
        self.contexts: list[Any] = []
        self.complaints: list[str] = []

    def open(self, role: str = "", language: str = "zh-CN", *, at: str = "/", **options: Any) -> Person:
        """A fresh browser; with a role, signed in at that role's desk and on the page `at`."""
        context = self.chromium.new_context(**{"viewport": SCREEN, "locale": language, **options})
        self.contexts.append(context)
        context.set_default_timeout(8000)
        context.add_init_script(LOST_FOCUS)
        context.on("page", self._listen)
        known = {"session": self.tokens.get((role, language)), "language": language}
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in known.items() if value])
        one = Person(context.new_page(), self.url, self.complaints)
        if role and not known["session"]:
            one.sign_in(*POSTS[role])
        if known["session"] or at != "/":
            one.page.goto(self.url + at)
        return one

    def unexpected(self) -> list[str]:
        """Console errors, answers of 500 or more, a script's dialogs, lost focus; a refusal is none of these."""
        return [text for text in self.complaints if not REFUSED.search(text)]

    def photograph(self, folder: Path, name: str) -> None:
        for place, page in enumerate(page for context in self.contexts for page in context.pages):
            page.screenshot(path=folder / f"{name}-{place}.png", caret="initial")

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _listen(self, page: Any) -> None:
        note = self.complaints.append
        page.on("console", lambda said: note(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda err: note(str(err)))
        page.on("response", lambda got: note(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.on("dialog", self._answer)

    def _answer(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":  # that one is ours: unsaved text
            self.complaints.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()
