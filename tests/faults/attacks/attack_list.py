"""The attacks in the order of the list, each as large as asked for: 1.0 is the whole of it."""

import random
from collections.abc import Callable
from pathlib import Path

from tests.browser import day
from tests.browser.screens import SCREENS
from tests.faults.attacks import access, cross_site, files, forms, raw_http, scripts
from tests.faults.attacks.races import races
from tests.faults.attacks.report import Report
from tests.faults.attacks.target import Target, attacked

Attack = Callable[[Target, Report, random.Random, float], None]


def who_may(target: Target, report: Report, chance: random.Random, share: float) -> None:
    access.everybody(target, report, chance, share)
    access.odd_ids(target, report)
    access.too_many_fields(target, report, chance)
    access.disguises(target, report, chance, share)
    access.beside_the_pages(target, report)


def whose_it_is(target: Target, report: Report, chance: random.Random, share: float) -> None:
    access.other_kinds(target, report, chance, share)
    access.other_parents(target, report, chance, 1.0)
    access.closed_charts(target, report, 9)
    access.asked_for(target, report, chance, share / 5)


def from_elsewhere(target: Target, report: Report, chance: random.Random, share: float) -> None:
    cross_site.other_sites(target, report, chance, share)
    cross_site.ways_out(target, report)
    cross_site.sessions(target, report, 10 + round(50 * share))
    cross_site.many_at_once(target, report, 8 if share < 1 else 100)


def in_the_forms(target: Target, report: Report, chance: random.Random, share: float) -> None:
    found = forms.crawl(target, report, chance, 1 if share < 1 else 3)
    forms.words_in_every_field(target, report, found, chance, share / 3)
    forms.numbers_and_tampering(target, report, found, chance, min(1.0, share * 3))
    forms.sorted_and_filtered(target, report, chance, share)
    forms.crawl(target, report, chance, 1 if share < 1 else 3)  # what was taken is shown


def in_the_bytes(target: Target, report: Report, _chance: random.Random, _share: float) -> None:
    raw_http.malformed(target, report)
    raw_http.too_large(target, report, 100)
    raw_http.slow_loris(target, report, 200)


def in_files_and_races(target: Target, report: Report, _chance: random.Random, share: float) -> None:
    files.imports(target, report)
    files.exports(target, report)
    races(target, report, 8 if share < 1 else 20)


ATTACKS: dict[str, Attack] = {
    "files and races": in_files_and_races, "who may": who_may, "whose it is": whose_it_is, "elsewhere": from_elsewhere,
    "forms": in_the_forms, "bytes": in_the_bytes,
}  # fmt: skip
"""Files and races first: they count what the others make."""
FOUND_BY = {
    "files and races": ("formulas",), "who may": ("rights", "fields"), "whose it is": ("charts",),
    "elsewhere": ("sites", "hosts"), "forms": ("escaping", "innards"), "bytes": ("innards", "doors"),
}  # fmt: skip


def all_of_it(room: Path, share: float, seed: int, holes: tuple[str, ...] = ()) -> Report:
    """Every attack on one clinic over HTTP; in the end its books agree (`clinic check`)."""
    report, chance = Report(), random.Random(seed)
    with attacked(room, holes=holes) as target:
        for attack in ATTACKS.values():
            attack(target, report, chance, share)
    sound = day.check(room / "clinic") == 0
    report.note("the books after all of it", "clinic check", "" if sound or holes else "is not green")
    return report


def on_every_screen(room: Path, each: int, holes: tuple[str, ...] = ()) -> Report:
    """Hostile words stored in every text, each `each`th screen looked at in Chromium."""
    report = Report()
    with attacked(room, holes=holes, spoil=scripts.poison) as target, scripts.chromium() as browser:
        scripts.screens(target, report, browser, SCREENS[::each])
    return report
