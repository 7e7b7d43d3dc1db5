"""Languages (语言): gettext catalogues of every subject merged per language; the Chinese source text is the msgid."""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from clinic_app.kernel.errors import Refused

SOURCE = "zh-CN"
NO_SENTENCE = "kernel.no_sentence"
LANGUAGES = {"zh-CN": "zh_CN", "en": "en"}
LOCALES = Path(__file__).resolve().parents[2] / "locales"
_current: ContextVar[str] = ContextVar("language", default=SOURCE)


@lru_cache(maxsize=8)
def catalogue(language: str) -> dict[str, str]:
    """All messages of a language; `context\\x04msgid` where a message has a context, as in .mo files."""
    merged: dict[str, str] = {}
    for path in sorted((LOCALES / LANGUAGES[language] / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            messages = _gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # the only way to list
        for msgid, text in messages.items():
            if isinstance(msgid, tuple):
                merged[f"{msgid[0]}\x05{msgid[1]}"] = text
            elif msgid:
                merged[msgid] = text
    if not merged:
        raise RuntimeError(f"no compiled messages for {language}; run `make messages`")
    return merged


def use(language: str) -> None:
    """Set the language of this request or thread; an unknown one becomes Chinese."""
    _current.set(language if language in LANGUAGES else SOURCE)


@contextmanager
def using(language: str) -> Iterator[None]:
    """Words of this language inside the block, whatever the screen's: papers are in Chinese."""
    before = _current.get()
    use(language)
    try:
        yield
    finally:
        use(before)


def current() -> str:
    return _current.get()


def gettext(message: str) -> str:
    return catalogue(_current.get()).get(message, message)


def pgettext(context: str, message: str) -> str:
    return catalogue(_current.get()).get(f"{context}\x04{message}", message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """English has two forms; Chinese shows the msgid."""
    language = _current.get()
    if language == SOURCE:
        return singular
    form = 0 if count == 1 else 1
    return catalogue(language).get(f"{singular}\x05{form}", singular if form == 0 else plural)


def refusal(err: Refused, language: str | None = None) -> str:
    """The sentence of a refusal, with its facts."""
    messages = catalogue(language or _current.get())
    sentence = messages.get(f"refusal\x04{err.code}") or messages.get(f"refusal\x04{NO_SENTENCE}", err.code)
    return sentence % _Facts(err.facts, err.code)


class _Facts(dict[str, Any]):
    """A fact that a caller forgot must not hide the refusal behind another error."""

    def __init__(self, facts: dict[str, Any], code: str):
        super().__init__(facts, code=code)

    def __missing__(self, key: str) -> str:
        return "?"
