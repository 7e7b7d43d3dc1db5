"""Which files of the data folder count as a backup: those of now or before, of this clinic, as they were written."""

import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.backup.file_format import SEAL_BYTES, Header, file_name
from appliance.backup.schedule import Schedule
from appliance.doctor.checks import backups as backup_check
from appliance.doctor.finding import Place
from clinic_app.kernel import keys, opening, ports
from clinic_app.kernel.clock import clock
from clinic_app.modules.backups import queries
from tests.appliance.backup.conftest import Pc
from tests.conftest import config_of


def rewritten(file: Path, made_at: int, **changed: object) -> Path:
    """The same backup with other facts in its head, sealed with the clinic's key, under the name they ask for."""
    first, facts, rest = file.read_bytes().split(b"\n", 2)
    head = replace(Header(**json.loads(facts)), made_at=made_at, **changed)  # type: ignore[arg-type]
    body = first + b"\n" + head.line() + rest[:-SEAL_BYTES]
    key = keys.seal_key(opening.kept_keys(file.parents[2]).audit_key)
    name = file.with_name(file_name(head))
    name.write_bytes(body + hmac.new(key, body, "sha256").digest())
    return name


def test_only_what_this_clinic_can_be_restored_from_keeps_the_chip_green(
    served: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backups stopped two days ago; one from the future, a foreign one and a damaged one lie there."""
    now = clock.read().at
    two_days, month = 48 * 3_600_000, 30 * 86_400_000
    old = rewritten(served.backup, now - two_days)
    served.backup.unlink()
    one = Schedule(config_of(served.folder))
    monkeypatch.setattr(ports.bound, "backups", one)
    doctor = Place(config_of(served.folder))
    for made_at, changed in ((now + month, {}), (now - 1_000, {"key_mark": "0" * 8}), (now - 2_000, {"epoch": "x"})):
        file = rewritten(old, made_at, **changed)
        if "epoch" in changed:
            file.write_bytes(file.read_bytes()[:-1] + b"?")
        one._adopt()
        here = queries.copy_ages()[0]
        assert (here.made_at, here.hours, here.state) == (now - two_days, 48, "off"), changed
        assert backup_check.check(doctor).facts["hours"] == 48
        with monkeypatch.context() as without_server:
            without_server.setattr(ports.bound, "backups", None)
            assert backup_check.check(doctor).facts["hours"] == 48
    rewritten(old, now)
    one._adopt()
    assert queries.copy_ages()[0].hours == 0 and backup_check.check(doctor).facts["hours"] == 0
