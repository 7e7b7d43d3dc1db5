"""Every route with hostile ids and fields, as every role: never a fault, never markup of ours undone, never a patient
where no patient belongs.
"""

import logging
import os
import random
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import db, invariants, rights
from clinic_app.modules.patients.services import PatientData
from clinic_app.web import commands
from tests import visit
from tests.conftest import Browser, Clinic
from tests.house.test_routes import routes

SOURCE = Path(commands.__file__).parents[1]
MARKUP = '"><img src=x onerror=alert(1)>'
NAME = "甄难寻"  # a patient whom nobody mentions unless a page shows the name
NASTY = (
    "", "0", "-1", "１", "²", "1e400", "9" * 30, "'", "\x00", "\u202e", "é" * 300, "{{7*7}}", "%s%(x)s", "0x1", "1.0",
    "../", "a" * 5000, "[]", "null", "2026-02-30", "99991231", "0000-00-00", "2026-13-01 25:61", "0" * 32, "g" * 32,
    MARKUP, "x\r\nX-Evil: 1", "x\nSet-Cookie: evil=1", "=HYPERLINK(1)", "\x1b[31m", "𠮷", "//evil.test", "' OR 1=1--",
)  # fmt: skip
NOT_TRIED = {"people.sign_out", "people.lock"}  # they end the session that the rest needs
TURNS = int(os.environ.get("CLINIC_FUZZ_TURNS", "2"))  # tries of each route and role; more find more
DENIED_LEFT_OUT = 0.8  # of the routes that a role may not use: the table of routes is walked elsewhere
NO_PATIENTS = {"administrator", "technician"}
IDS = ("patient", "visit", "person", "desk", "room", "drug", "service_item", "place", "batch", "bill", "prescription",
       "prescription_line", "charge_line", "shift", "job")  # fmt: skip


@pytest.fixture
def fields(app: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """Endpoint to the fields that its form may have, learnt as the views say so."""
    from flask import request

    known: dict[str, tuple[str, ...]] = {}

    def learn(*names: str) -> None:
        known[request.endpoint or ""] = names
        commands.known_fields(*names)

    for name, module in list(sys.modules.items()):
        if name.startswith("clinic_app.") and name != commands.__name__ and hasattr(module, "known_fields"):
            monkeypatch.setattr(module, "known_fields", learn)
    return known


@pytest.fixture
def ids(clinic: Clinic) -> list[bytes]:
    """Ids of everything that a day leaves behind, and one of nothing."""
    stranger = PatientData(NAME, "1", date(1980, 1, 1), phone="19900001199", allergy_state="none")
    for patient in (visit.ADULT, stranger):
        arrived = visit.arrive(clinic, patient)
        visit.consult(clinic, arrived["visit_id"])
        visit.pay(clinic, arrived["visit_id"])
    found = [row[0] for table in IDS for row in db.rows(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 2")]
    return [*(one for one in found if isinstance(one, bytes)), bytes(16)]


def asked_names() -> list[str]:
    """Every name that some view reads from an address."""
    texts = (path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    return sorted({name for text in texts for name in re.findall(r"args\.get(?:list)?\(\s*\"(\w+)\"", text)})


def address(rule: Any, ids: list[bytes], chance: random.Random) -> str:
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        if kind == "IdConverter":
            values[name] = chance.choice(ids)
        elif kind == "RowConverter":
            values[name] = chance.choice([0, 1, 2, 10**18, 2**63 - 1])
        else:
            values[name] = chance.choice(sorted(getattr(converter, "items", {"x", "drugs"})))
    return str(rule.build(values)[1])


def wrong_with(role: str, answer: Any) -> str:
    text = answer.text if answer.is_streamed is False and "text" in answer.content_type else ""
    if answer.status_code >= 500:
        return f"answers {answer.status_code}"
    if "X-Evil" in answer.headers or any("evil=" in one for one in answer.headers.getlist("Set-Cookie")):
        return "lets a header in"
    if (answer.location or "").startswith(("//", "http")):
        return f"sends to {answer.location}"
    if MARKUP in text:
        return "shows markup that was typed"
    return "shows a patient" if role in NO_PATIENTS and NAME in text else ""


def test_no_address_and_no_field_is_a_fault_or_shows_what_it_must_not(
    app: Any,
    browser_as: Callable[..., Browser],
    fields: dict[str, tuple[str, ...]],
    ids: list[bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="clinic.access")
    chance, names, found = random.Random(23), asked_names(), {}
    for role in rights.ROLES:
        browser, mine = browser_as(role), rights.of_roles(frozenset({role}))
        for rule, method, view in routes(app):
            may = view.access.right not in rights.known() or view.access.right in mine
            if rule.endpoint in NOT_TRIED or (not may and chance.random() < DENIED_LEFT_OUT):
                continue
            for turn in range(TURNS if may else 1):
                url, headers = address(rule, ids, chance), {"HX-Request": "true"} if chance.random() < 0.5 else {}
                some = {name: chance.choice(NASTY) for name in chance.sample(names, 2 * turn)}
                if method == "GET":
                    answer = browser.client.get(url, query_string=some, headers=headers)
                else:
                    own, values = (
                        fields.get(rule.endpoint, ()),
                        (*NASTY, *(one.hex() for one in ids), "1", "2026-11-22"),
                    )
                    some = {one: chance.choice(values) for one in own if turn}
                    answer = browser.post(url, some, **headers)
                if problem := wrong_with(role, answer):
                    found[f"{role} {method} {rule.rule}"] = f"{problem}: {url} {some}"
                if answer.status_code in (401, 423) or "/locked" in (answer.location or ""):
                    browser = browser_as(role)
    assert found == {}
    assert [one.id for one in invariants.results() if not one.holds] == []
