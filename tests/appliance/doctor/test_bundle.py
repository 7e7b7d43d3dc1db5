"""The bundle and the logs hold nobody: names are planted everywhere and found nowhere."""

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from appliance import logs
from appliance.doctor import bundle
from appliance.doctor.finding import Place
from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.conftest import Browser, Clinic, hidden

NAMES = ("皇甫玉兰", "O'Neill", "=cmd|calc", "Zhao\nINFO forged", "阿卜杜拉·买买提")
STORED = tuple(name for name in NAMES if "\n" not in name)  # that one is typed, and refused
NUMBER, TELEPHONE, STREET = "110101199003078515", "13900001234", "柳树巷七十七号"


@pytest.fixture
def logged(clinic: Clinic) -> Iterator[Path]:
    """The most talkative logs, in the clinic's own folder; the handlers are taken off again."""
    loggers = [logging.getLogger(name) for name in ("", "clinic.access")]
    kept = [(one, list(one.handlers), one.level, one.propagate) for one in loggers]
    logs.start(clinic.folder / "logs", "DEBUG")
    yield clinic.folder / "logs"
    for one, handlers, level, propagate in kept:
        for handler in [made for made in one.handlers if made not in handlers]:
            one.removeHandler(handler)
            handler.close()
        one.setLevel(level)
        one.propagate = propagate


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name).decode("utf-8") for name in file.namelist()}


def planted(text: str) -> list[str]:
    """What of the planted texts stands there."""
    wanted = (*NAMES, "皇甫", "Neill", "阿卜杜拉", NUMBER, TELEPHONE, STREET)
    return [one for one in wanted if one in text]


def live_a_day(clinic: Clinic, app: Any, browser_as: Callable[..., Browser]) -> None:
    """Patients with such names are registered, searched, charged; forms and addresses hold them; something fails."""
    registrar = clinic.actor("registrar")
    for name in STORED:
        data = PatientData(name, "1", date(1990, 3, 7), phone=TELEPHONE, address=STREET, allergy_state="none")
        clinic.run(registrar, lambda uow, data=data: patients.register_patient(uow, data))
    arrived = visit.arrive(clinic)
    visit.consult(clinic, arrived["visit_id"], ("D0011",))
    visit.pay(clinic, arrived["visit_id"])
    app.add_url_rule("/broken", "web.broken", _breaks)
    _breaks.access = app.view_functions["web.home"].access  # type: ignore[attr-defined]
    stranger = app.test_client()
    page = stranger.get("/sign-in").text
    desk = browser_as("registrar")
    for name in (*NAMES, NUMBER):
        stranger.post("/sign-in", data={"csrf": hidden(page, "csrf"), "staff_no": name, "password": name, "next": "/"})
        desk.get(f"/patients/?q={name}")
        desk.get(f"/{name}")
        desk.post("/registration", {"name": name, "identifier": NUMBER, name: name})
        assert desk.get(f"/broken?name={name}").status_code == 500


def _breaks() -> str:
    from flask import request

    raise ValueError(f"no such patient: {request.args['name']}")


def test_hostile_names_reach_no_log_and_no_bundle(
    clinic: Clinic, app: Any, browser_as: Callable[..., Browser], logged: Path
) -> None:
    live_a_day(clinic, app, browser_as)
    assert db.value("SELECT count(*) FROM patient WHERE address = ?", (STREET,)) == len(STORED)
    for path in logged.iterdir():
        text = path.read_text("utf-8")
        assert planted(text) == [], path.name
        assert len(text.splitlines()) >= 5, path.name
    made = parts(bundle.made(Place(clinic.config)))
    assert set(made) == set(bundle.PARTS)
    for name, text in made.items():
        assert planted(text) == [], name
    assert "ValueError" in made["outline.log"] and "web.broken 500" in made["access.log"]
    assert made["access.log"].count("\n") > 10


def test_a_log_line_of_another_shape_does_not_go_in(clinic: Clinic) -> None:
    """Negative control: what somebody writes into the files by hand or by a careless line stays out."""
    folder = clinic.folder / "logs"
    folder.mkdir(exist_ok=True)
    good = "2026-11-20 10:00:00,000 INFO clinic.access GET visits.registration 200 12.3ms"
    wrong = (f"{good} 皇甫玉兰", good.replace("GET", "皇甫玉兰"), f"{good} Neill O")
    (folder / "access.log").write_text("\n".join((f"{good} ", *wrong, "")), "utf-8")
    line = "2026-11-20 10:00:00,000 ERROR clinic.web errors.py:80 | builtins.ValueError views.py:3 page"
    (folder / "outline.log").write_text(f"{line}\n{line} 皇甫玉兰\nNeill\n{line}: Neill\n", "utf-8")
    made = parts(bundle.made(Place(clinic.config)))
    assert made["access.log"].splitlines() == [f"{good} "] and made["outline.log"].splitlines() == [line]


def test_the_bundle_says_what_helps(clinic: Clinic) -> None:
    made = parts(bundle.made(Place(clinic.config)))
    program, schema = json.loads(made["program.json"]), json.loads(made["schema.json"])
    assert program["settings"]["port"] == 8600 and program["sqlite"] and program["free_mib"] > 0
    assert schema["rows"]["patient"] >= 1 and any(step.startswith("kernel.") for step in schema["steps"])
    assert set(json.loads(made["checks.json"]).values()) <= {"ok", "notice", "warning", "fault"}
    assert str(clinic.folder) not in "".join(made.values()), "a folder may bear a person's name"


def test_without_the_folder_the_bundle_says_the_rest(clinic: Clinic, tmp_path: Path) -> None:
    gone = Place(replace(clinic.config, data=tmp_path / "gone"), why=Refused("clinic.database_missing"))
    program = json.loads(parts(bundle.made(gone))["program.json"])
    assert (program["not_started"], program["free_mib"], program["database_mib"]) == (
        "clinic.database_missing", None, None,
    )  # fmt: skip


def test_a_part_that_cannot_be_read_takes_no_other_with_it(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object) -> None:
        raise OSError(5, "Input/output error", "/home/皇甫玉兰")

    monkeypatch.setattr(db, "rows", fails)
    made = parts(bundle.made(Place(clinic.config)))
    assert made["schema.json"] == '{"not_read": "schema.json", "kind": "OSError"}\n'
    assert json.loads(made["program.json"])["python"] and set(made) == set(bundle.PARTS)
