"""Hostile words and tampered fields in every form of every page (attacks 7, 32 to 39, 42, 44 to 46, 49 to 53)."""

import random
import secrets

from clinic_app.kernel import rights
from tests.faults.attacks import access
from tests.faults.attacks.pages import Field, Form, forms_of
from tests.faults.attacks.report import MARKUP, Report
from tests.faults.attacks.target import Route, Target

WORDS = {
    "32 SQL in a field": ("' OR 1=1--", "'; DROP TABLE bill;--", '" UNION SELECT 1,2,3--', "\\'; --"),
    "34 LIKE signs without end": ("%_\\" * 3000, "*" * 5000, '"" NEAR OR *'),
    "36 markup in a field": (MARKUP, "<script>alert(1)</script>", "<svg/onload=alert(1)>", "&lt;b&gt;"),
    "37 templates in a field": ("{{7*7}}", "{%raw%}", "${7*7}", "%(x)s %s", "{0.__class__}"),
    "38 htmx in a field": (
        '<div hx-get="/sign-out" hx-trigger="load">',
        '" hx-on:load="alert(1)',
        "javascript:alert(1)",
    ),
    "42 line ends in a field": ("a\r\nSet-Cookie: evil=1", "%0d%0aX-Evil: 1", "a\nX-Evil: 1", "\x1b[31m\x1d\x1b@"),
    "45 signs nobody sees": ("\x00", "甲\x00乙", "\u202e", "\U00020bb7\U0002a6a5", "\ud800", "é" * 100_000),
}
NUMBERS = ("-1", "0", "0.0001", "1e9", "1e400", "NaN", "Infinity", "-0", "９", "－５", "0x10", "1,000", "٣", str(2**63),
           "9" * 40, "1.005", "²", " 1", "101", "--1", "1/0")  # fmt: skip
DATES = (
    "2026-02-30",
    "0000-00-00",
    "99991231",
    "2026-13-01",
    "-1-01-01",
    "２０２６-01-01",
    "1e5",
    "9" * 20,
    "tomorrow",
)
NUMERIC = ("fen", "cash", "amount", "quantity", "days", "rev", "count", "no", "first", "last", "packs", "price",
           "money", "dose", "times", "level", "q", "total", "minutes", "percent", "value", "width")  # fmt: skip
FORMS_LEFT = {"/sign-in", "/sign-out", "/lock", "/unlock", "/switch", "/first-password", "/password"}


def crawl(
    target: Target, report: Report, chance: random.Random, each: int
) -> dict[tuple[str, str, tuple[str, ...]], Form]:
    """The forms of every page and dialog that somebody may open, one of each kind for each role."""
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for who in rights.ROLES:
        for route in target.routes:
            if route.method != "GET" or not target.may(who, route) or route.endpoint in access.ENDS_THE_SESSION:
                continue
            for _ in range(each if route.parts else 1):
                answer = target.wire(who).get(route.url(access.values(target, route, chance)))
                report.tried("36 markup on every page", f"{who} {route.rule.rule}", answer)
                for form in forms_of(answer.text) if answer.status == 200 else []:
                    if form.action not in FORMS_LEFT:
                        found.setdefault((who, form.pattern, form.names), form)
    return found


def words_in_every_field(
    target: Target,
    report: Report,
    forms: dict[tuple[str, str, tuple[str, ...]], Form],
    chance: random.Random,
    share: float,
) -> None:
    """Each field of each form once with a hostile word of each kind."""
    for (who, pattern, _names), form in forms.items():
        for one in form.fields:
            if one.name in ("csrf", "once"):
                continue
            for row, words in WORDS.items():
                if chance.random() < share:
                    _try(target, report, row, who, pattern, form, one, chance.choice(words))


def numbers_and_tampering(
    target: Target,
    report: Report,
    forms: dict[tuple[str, str, tuple[str, ...]], Form],
    chance: random.Random,
    share: float,
) -> None:
    """Impossible numbers and dates, and what was hidden in the page changed: revs, ids, sums, answers to questions."""
    ids = [one.hex() for found in target.ids.values() for one in found[:3] if isinstance(one, bytes)]
    for (who, pattern, _names), form in forms.items():
        for one in form.fields:
            if one.name in ("csrf", "once"):
                continue
            for row, values in (("49 impossible numbers", NUMBERS), ("49 impossible dates", DATES)):
                if _fits(row, one) and chance.random() < share:
                    _try(target, report, row, who, pattern, form, one, chance.choice(values))
            if one.kind == "hidden" and chance.random() < share:
                value = chance.choice((*ids, "", "1", "999999", "x" * 33, "0" * 32, "true", "[]"))
                _try(target, report, "50 hidden fields changed", who, pattern, form, one, value)


def _fits(row: str, one: Field) -> bool:
    if row.endswith("dates"):
        return one.kind == "date" or one.name.endswith(("_on", "date", "from", "until"))
    return one.kind == "number" or any(part in NUMERIC for part in one.name.replace("-", "_").split("_"))


def _try(target: Target, report: Report, row: str, who: str, pattern: str, form: Form, one: Field, value: str) -> None:
    answer = target.wire(who).post(form.action, form.pairs(**{one.name: value}), once=f"attack-{secrets.token_hex(8)}")
    report.tried(row, f"{who} {pattern} {one.name}={value[:30]!r}", answer)
    if answer.status == 303 and row.startswith("36"):
        report.tried(
            "36 markup on every page", f"{who} after {pattern}", target.wire(who).get(answer.header("location"))
        )


def sorted_and_filtered(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(32, 33, 35) SQL and search operators in every question of every list."""
    asked = ("' OR 1=1--", "(CASE WHEN 1 THEN id END)", '"" NEAR OR *', "%_\\" * 300, "1; DROP TABLE bill", MARKUP,
             "-1", "1e400", "\x00", "x\r\nX-Evil: 1", "//evil.test")  # fmt: skip
    for route in target.routes:
        who = next((role for role in rights.ROLES if target.may(role, route)), None)
        if route.method != "GET" or who is None or route.endpoint in access.ENDS_THE_SESSION:
            continue
        for name in (*route.asks, "sort", "order", "next"):
            if chance.random() < share:
                _ask(target, report, chance, who, route, name, chance.choice(asked))


def _ask(target: Target, report: Report, chance: random.Random, who: str, route: Route, name: str, text: str) -> None:
    url = route.url(access.values(target, route, chance))
    answer = target.wire(who).get(f"{url}?{access.urlencode({name: text})}", **chance.choice(({}, access.FRAGMENT)))
    report.tried("33 SQL in filters and searches", f"{who} {route.rule.rule} ?{name}={text[:20]!r}", answer)
