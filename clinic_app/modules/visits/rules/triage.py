"""Triage (预检分诊): temperature, what one was exposed to, and how urgent it is."""

import re
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

LEVELS = (1, 2, 3, 4)
LOWEST_TENTHS, HIGHEST_TENTHS = 300, 450
LONGEST_QUESTION, LONGEST_SOURCE = 40, 100
_CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
_TEMPERATURE = re.compile(r"(\d{2})(?:[.．。](\d))?(?:℃|°C|度)?")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found at the desk: `tenths` of a degree Celsius or None, `exposures` codes answered with yes."""

    level: int = 4
    tenths: int | None = None
    exposures: tuple[str, ...] = ()


def temperature(text: str) -> int | None:
    """Tenths of a degree from `38.2`, `38` or `３８．２℃`; None for nothing; Refused `visits.temperature_wrong`."""
    typed = excerpt(text).translate(str.maketrans("０１２３４５６７８９", "0123456789")).strip()
    if not typed:
        return None
    found = _TEMPERATURE.fullmatch(typed)
    tenths = int(found[1]) * 10 + int(found[2] or 0) if found else 0
    if not LOWEST_TENTHS <= tenths <= HIGHEST_TENTHS:
        raise Refused("visits.temperature_wrong", field="temperature", value=excerpt(text))
    return tenths


def goes_to_fever_room(answers: Answers, fever_tenths: int) -> bool:
    """Fever from `fever_tenths` on, or any exposure; who needs help at once stays where help is."""
    if answers.level in (1, 2):
        return False
    return bool(answers.exposures) or (answers.tenths is not None and answers.tenths >= fever_tenths)


def require_level(text: str) -> int:
    """Refused `visits.level_unknown` for a level other than 1 to 4."""
    if text not in {str(one) for one in LEVELS}:
        raise Refused("visits.level_unknown", field="level", value=excerpt(text))
    return int(text)


def degrees(tenths: int | None) -> str:
    """`38.2`, or nothing."""
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10}"


def check_question(code: str, text: str, text_en: str, source: str) -> dict[str, Refused]:
    """What is wrong with a question by field: a code of other signs than a-z, 0-9 and _, or an empty or long text."""
    wrong: dict[str, Refused] = {}
    if not _CODE.fullmatch(code):
        wrong["code"] = Refused("visits.question_code", field="code")
    for name, given, most in (
        ("text", text, LONGEST_QUESTION), ("text_en", text_en, 2 * LONGEST_QUESTION), ("source", source, LONGEST_SOURCE)
    ):  # fmt: skip
        if not 0 < len(given) <= most or not given.isprintable():
            wrong[name] = Refused("visits.question_text", field=name, most=most)
    return wrong
