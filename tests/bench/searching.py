"""How long a person waits for the list under a search line, through HTTP."""

import random
from collections.abc import Callable
from urllib.parse import quote

from appliance.practice import PASSWORD
from tests.bench.browser import Browser
from tests.bench.clinics import desk_name, staff_no
from tests.bench.patients import Patient, patient
from tests.bench.server import Server

TYPED: tuple[Callable[[Patient], str], ...] = (
    lambda one: one.initials[:2],
    lambda one: one.initials,
    lambda one: one.name[:2],
    lambda one: one.name,
    lambda one: one.phone,
    lambda one: one.number[-4:],
    lambda one: one.number[-6:],
    lambda one: one.number,
)
DRUGS = ("amxl", "tbyl", "dyx", "bl", "llt", "blg", "ag", "阿莫", "布洛芬", "x")
DIAGNOSES = ("jxsh", "jxyy", "gxy", "tn", "mx", "J06", "支气管", "感冒", "z")
SEED = 20_260_101


def search_ms(server: Server, count: int, times: int) -> list[float]:
    """`times` searches of a registrar for people of the clinic, typed in eight ways, two letters among them."""
    browser, choice = _signed_in(server, "registrar"), random.Random(SEED)
    asked = [TYPED[n % len(TYPED)](patient(choice.randrange(count))) for n in range(times)]
    return _ask(browser, [f"/registration/search?q={quote(text)}" for text in asked])


def suggest_ms(server: Server, times: int) -> list[float]:
    """`times` suggestion lists of a doctor: drugs and diagnoses in turn."""
    browser = _signed_in(server, "doctor")
    visit = "0" * 32
    paths = []
    for n in range(times):
        if n % 2:
            paths.append(f"/doctor/diagnoses?visit={visit}&dx={quote(DIAGNOSES[n // 2 % len(DIAGNOSES)])}")
        else:
            paths.append(f"/doctor/drugs?drug={quote(DRUGS[n // 2 % len(DRUGS)])}")
    return _ask(browser, paths)


def _ask(browser: Browser, paths: list[str]) -> list[float]:
    found = []
    for path in paths:
        answer = browser.fragment(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        found.append(answer.ms)
    browser.close()
    return found


def _signed_in(server: Server, role: str) -> Browser:
    browser = Browser(server.port)
    browser.sign_in(staff_no(role, 0), PASSWORD, desk_name(role, 0))
    return browser
