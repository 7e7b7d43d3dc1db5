"""The clinic under attack: a real server on a folder with an object of every kind, old charts that are closed, and a
session of every role.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from appliance import practice
from clinic_app import registry
from clinic_app.app import create_app
from clinic_app.kernel import db, keys, opening, rights, sessions
from clinic_app.kernel.clock import SystemTime
from clinic_app.modules.people import queries as people
from tests.browser import day
from tests.conftest import Clinic, config_of
from tests.faults.attacks import history
from tests.faults.attacks.wire import Wire
from tests.faults.server_process import ServerProcess
from tests.house.test_routes import routes

OLD_DAYS_MS = 3 * 86_400_000
COLLEAGUES = {"doctor2": "0010", "cashier2": "0015", "trainee": "0014"}
TABLES = {
    "visit_id": ("visit",), "from_visit": ("visit",), "patient_id": ("patient",), "one_id": ("patient",),
    "other_id": ("patient",), "bill_id": ("bill",), "shift_id": ("shift",), "approval_id": ("approval",),
    "book_id": ("invoice_book",), "desk_id": ("desk",), "room_id": ("room",), "person_id": ("person",),
    "item_id": ("drug", "service_item", "chart_opening", "reading_alarm"), "run_id": ("import_run",),
    "proposal_id": ("price_proposal",), "certificate_id": ("certificate",), "list_id": ("paper_destruction",),
    "request_id": ("request", "amendment_request"), "prescription_id": ("prescription",), "set_id": ("drug_set",),
    "template_id": ("note_template",), "line_id": ("prescription_line", "request_line"),
    "report_id": ("report", "security_report"),
    "browser_id": ("lan_browser",), "target_id": ("backup_target",),
    "link_id": ("patient_link",), "question_id": ("sheet_question",), "job_id": ("job",), "drug_id": ("drug",),
    "appointment_id": ("appointment",), "session_id": ("doctor_session",), "batch_id": ("batch",),
    "damage_id": ("damage",), "execution_id": ("execution",), "test_id": ("skin_test",),
    "alias_id": ("patient_other_name",), "consent_id": ("patient_consent",), "history_id": ("patient_history",),
    "identifier_id": ("patient_identifier",), "range_id": ("reference_range",),
    "relation_id": ("patient_relation",), "row_id": ("visit_diagnosis",),
    "code": ("village",), "number": ("qualification", "controlled_entry"), "sequence": (),
}  # fmt: skip
"""The tables whose ids a part of an address names; a route with another part fails the walk until it stands here."""


@dataclass
class Route:
    """One route and method; `parts` are the names in it that vary."""

    rule: Any
    method: str
    endpoint: str
    right: str
    writes: str
    asks: tuple[str, ...] = ()

    @property
    def parts(self) -> list[str]:
        return [
            name for name, one in self.rule._converters.items() if type(one).__name__ in ("IdConverter", "RowConverter")
        ]

    def url(self, values: dict[str, Any]) -> str:
        """With these ids, and the first of what else the address may say."""
        told = {}
        for name, one in self.rule._converters.items():
            kind = type(one).__name__
            if kind == "AnyConverter":
                told[name] = values.get(name) or sorted(one.items)[0]
            elif kind in ("IdConverter", "RowConverter"):
                told[name] = values[name]
            else:
                told[name] = values.get(name, WORDS.get(name, "drugs"))
        return str(self.rule.build(told)[1])


WORDS = {"month": "2026-01", "act": "close", "what": "income", "name": "kernel.idle_seconds", "code": "D0011"}


@dataclass
class Target:
    """A running clinic and what its attackers know of it."""

    folder: Path
    server: ServerProcess
    routes: list[Route]
    rights_of: dict[str, frozenset[str]]
    tokens: dict[str, tuple[str, str]]
    ids: dict[str, list[Any]]
    old: dict[str, dict[str, list[Any]]]
    secrets: dict[str, history.Secrets]
    keys: dict[str, tuple[str, ...]]
    made: dict[str, str]
    _wires: dict[str, Wire] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.server.port

    def wire(self, who: str) -> Wire:
        """The kept connection of a role ('' is a stranger)."""
        if who not in self._wires:
            self._wires[who] = self.fresh(who)
        return self._wires[who]

    def fresh(self, who: str) -> Wire:
        """Another connection of the same session."""
        token, csrf = self.tokens[who] if who else ("", "")
        return Wire(self.port, {"session": token} if token else {}, csrf)

    def may(self, who: str, route: Route) -> bool:
        return route.right in ("public", "signed_in") or route.right in self.rights_of.get(who, frozenset())

    def pool(self, part: str, source: dict[str, list[Any]] | None = None) -> list[Any]:
        """Ids for a part of an address, from the objects of a patient or from everything."""
        where = self.ids if source is None else source
        return [one for table in TABLES[part] for one in where.get(table, [])]


@contextmanager
def attacked(
    room: Path, *, holes: tuple[str, ...] = (), spoil: Callable[[Clinic], object] | None = None
) -> Iterator[Target]:
    """A target in this room. With `holes` (names in `holed.HOLES`) the server is the product with those made on
    purpose, a negative control; `spoil` writes into the database before it is served.
    """
    folder = room / "clinic"
    target = prepared(folder)
    if spoil is not None:
        with day.opened(folder) as clinic:
            spoil(clinic)
    if holes:
        target.server.program = ("tests.faults.attacks.holed", ",".join(holes))
    target.server.longest_start = 120.0  # the machine may be busy with other tests
    target.server.begin()
    target.server.wait_until_ready()
    try:
        yield target
    finally:
        if target.server.process is not None:
            target.server.stop()


def prepared(folder: Path) -> Target:
    """Make the folder: three days ago a restricted person and a stranger were treated, today everybody else."""
    now = SystemTime.wall_ms
    with patch.object(SystemTime, "wall_ms", lambda self: now(self) - OLD_DAYS_MS):
        folder.mkdir(parents=True)
        registry.wire(config_of(folder))
        opening.create_clinic(folder, keys.new_seed(), practice.FACTS, registry.migration_steps(), practice.fill)
        with day.opened(folder) as clinic:
            old = history.long_ago(clinic)
    with day.opened(folder) as clinic:
        made = history.today(clinic)
        app = create_app(clinic.config, clinic.modules)
        found = [
            Route(rule, method, rule.endpoint, view.access.right, view.access.writes, _asked(view.__module__))
            for rule, method, view in routes(app)
        ]
        ids = _all_ids()
        return Target(
            folder, ServerProcess(folder), found, _rights(), _tokens(clinic), ids,
            {name: _closure(patient) for name, patient in old.items()}, history.secrets(), history.keys(old),
            {name: one.hex() for name, one in made.items()},
        )  # fmt: skip


@lru_cache
def _asked(module: str) -> tuple[str, ...]:
    """Every name that the views of this subject read from an address."""
    there = Path(sys.modules[module].__file__ or "")
    files = there.parent.glob("*.py") if there.parent.name == "views" else [there]
    text = "".join(path.read_text("utf-8") for path in files)
    return tuple(sorted(set(re.findall(r"args\.get(?:list)?\(\s*\"(\w+)\"", text))))


def _rights() -> dict[str, frozenset[str]]:
    found = {role: rights.of_roles(frozenset({role})) for role in rights.ROLES}
    return {**found, **{who: found[re.sub(r"\d", "", who) if who != "trainee" else "doctor"] for who in COLLEAGUES}}


def _tokens(clinic: Clinic) -> dict[str, tuple[str, str]]:
    """A session of everybody, at the desk of the role."""
    made = {}
    for who in (*rights.ROLES, *COLLEAGUES):
        role = re.sub(r"\d", "", who) if who != "trainee" else "doctor"
        person = people.find_by_staff_no(COLLEAGUES[who]).id if who in COLLEAGUES else clinic.actor(role).person_id
        token, session = sessions.start(language="zh-CN", person_id=person, desk_id=clinic.desk_of(role))
        made[who] = (token, session.csrf)
    return made


def _tables() -> dict[str, list[str]]:
    names = [row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: [row[1] for row in db.rows(f'PRAGMA table_info("{name}")')] for name in names}


def _all_ids() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in sorted({one for tables in TABLES.values() for one in tables}):
        key = "code" if name == "village" else "id"
        found[name] = [row[0] for row in db.rows(f'SELECT {key} FROM "{name}" ORDER BY {key} DESC LIMIT 400')]
    return found


def _closure(patient: bytes) -> dict[str, list[Any]]:
    """Every row that names the patient, or names such a row: the ids by table."""
    tables, found = _tables(), {"patient": [patient]}
    for _ in range(4):
        for name, columns in tables.items():
            if "id" not in columns or name == "patient":
                continue
            mine = set(found.get(name, []))
            for column in columns:
                about = column.removesuffix("_id")
                if column.endswith("_id") and about in found and about != name:
                    marks = ", ".join("?" * len(found[about]))
                    mine |= {
                        row[0] for row in db.rows(f'SELECT id FROM "{name}" WHERE {column} IN ({marks})', found[about])
                    }
            if mine:
                found[name] = sorted(mine)
    return {name: rows for name, rows in found.items() if name not in ("shift", "drug", "person", "desk")}
