"""Settings of the database, migrations, sessions, parameters, reading log, languages."""

import threading
import time
from datetime import date
from pathlib import Path

import apsw
import pytest
from peewee import DatabaseError

from clinic_app.kernel import access_log, db, i18n, installation, opening, parameters, schema, sessions
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.kernel.conftest import CASHIER, FACTS


def test_every_connection_has_the_safe_settings(open_data: Path) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "mmap_size", "wal_autocheckpoint")
    assert [db.connection().pragma(name) for name in pragmas] == ["wal", 2, 1, 0, 0, 0]


def test_a_clinic_knows_its_name_code_and_that_it_is_no_practice(open_data: Path) -> None:
    found = installation.current()
    assert (found.clinic_name, found.prefix(), found.is_practice) == (FACTS.name, "YL01", False)


def test_a_practice_clinics_numbers_begin_with_x(open_data: Path) -> None:
    from dataclasses import replace

    assert replace(installation.current(), is_practice=True).prefix() == "XYL01"


def test_a_newer_schema_is_refused(data: Path, steps: list[schema.Step]) -> None:
    newer = [*steps, schema.Step("future", "0001_more", "CREATE TABLE more(x)")]
    opening.open_clinic(data, newer)
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "schema.newer"


def test_a_step_that_was_edited_after_release_is_refused(data: Path, steps: list[schema.Step]) -> None:
    edited = [schema.Step(step.subject, step.name, step.sql + "-- edited") for step in steps]
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, edited)
    assert refused.value.code == "schema.changed"


def test_a_step_that_fails_leaves_the_schema_as_it_was(data: Path, steps: list[schema.Step]) -> None:
    half = schema.Step("half", "0001_half", "CREATE TABLE half(x); CREATE TABLE half(x);")
    with pytest.raises(Exception, match="already exists"):
        opening.open_clinic(data, [*steps, half])
    opening.open_clinic(data, steps)
    assert db.value("SELECT count(*) FROM sqlite_master WHERE name = 'half'") == 0


def test_a_step_that_fails_takes_the_steps_before_it_back(data: Path, steps: list[schema.Step]) -> None:
    """Old or new, never between: the former program must still be able to open the clinic."""
    first = schema.Step("half", "0001_first", "CREATE TABLE first(x);")
    second = schema.Step("half", "0002_second", "CREATE TABLE second(x); CREATE TABLE second(x);")
    with pytest.raises(Exception, match="already exists"):
        opening.open_clinic(data, [*steps, first, second])
    opening.open_clinic(data, steps)
    assert db.value("SELECT count(*) FROM sqlite_master WHERE name IN ('first', 'second')") == 0


def test_beside_a_running_server_nothing_is_migrated(data: Path, steps: list[schema.Step]) -> None:
    opening.open_clinic(data, [*steps, schema.Step("later", "0001_more", "CREATE TABLE more(x)")], owned=False)
    assert db.value("SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 0


def test_the_wal_is_moved_home_when_a_clinic_is_closed(open_data: Path) -> None:
    with unit_of_work(CASHIER) as uow:
        uow.audit("test.done")
    assert db.wal_bytes() > 0
    opening.close_clinic()
    assert not (open_data / "clinic.sqlite3-wal").exists() or (open_data / "clinic.sqlite3-wal").stat().st_size == 0


def test_a_clinic_closes_at_once_beside_a_reader_of_an_old_state(open_data: Path) -> None:
    reading, closed = threading.Event(), threading.Event()

    def read() -> None:
        conn = db.connection()
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM audit").fetchall()
        reading.set()
        closed.wait(10)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(10)
    with unit_of_work(CASHIER) as uow:
        uow.audit("test.done")
    began = time.monotonic()
    opening.close_clinic()
    closed.set()
    thread.join(10)
    assert time.monotonic() - began < 3 and not db.is_open()


def test_damage_is_known_bare_and_wrapped() -> None:
    wrapped = DatabaseError("database disk image is malformed")
    wrapped.orig = apsw.CorruptError("database disk image is malformed")
    assert db.is_damage(wrapped) and db.is_damage(wrapped.orig)
    assert not db.is_damage(DatabaseError("no such table")) and not db.is_damage(apsw.BusyError("busy"))


def test_every_page_is_read_and_a_flipped_bit_is_seen(data: Path, steps: list[schema.Step]) -> None:
    path = data / opening.DATABASE
    content = bytearray(path.read_bytes())
    content[3 * 4096 + 100] ^= 1
    path.write_bytes(content)
    assert not _opens_sound(data, steps)


def _opens_sound(data: Path, steps: list[schema.Step]) -> bool:
    try:
        opening.open_clinic(data, steps)
    except Exception:
        return False
    return db.damaged_pages() == []


def test_an_undamaged_file_reads_sound(data: Path, steps: list[schema.Step]) -> None:
    """Negative control of the flipped bit."""
    assert _opens_sound(data, steps)


def test_a_session_is_found_by_its_token_only_until_it_ends(open_data: Path) -> None:
    token, made = sessions.start(language="en")
    assert sessions.find(token) is made and sessions.find(token + "x") is None
    assert token.encode() not in b"".join(path.read_bytes() for path in open_data.rglob("*") if path.is_file())
    sessions.end(made)
    assert sessions.find(token) is None
    sessions.forget_all()
    assert sessions.find(token) is None


def test_a_session_survives_a_restart_of_the_server(open_data: Path) -> None:
    token, made = sessions.start(language="en")
    sessions.forget_all()
    found = sessions.find(token)
    assert found is not None and found.id == made.id and found.csrf == made.csrf


def test_a_session_of_yesterday_comes_back_locked(data: Path, steps: list[schema.Step]) -> None:
    opening.open_clinic(data, steps)
    token, _made = sessions.start(language="en")
    with db.write_transaction() as conn:
        conn.execute("UPDATE session SET created_at = created_at - 9 * 3600000")
    opening.close_clinic()
    opening.open_clinic(data, steps)
    sessions.forget_all(silent_ms=8 * 3_600_000)
    found = sessions.find(token)
    assert found is not None and sessions.touch(found, 900_000) is False and found.is_locked


def test_a_session_is_idle_for_no_longer_than_it_lives(open_data: Path) -> None:
    """Somebody signs in to a clinic where nothing was written since yesterday, and the server starts again."""
    token, _made = sessions.start(language="en")
    sessions.forget_all(silent_ms=8 * 3_600_000)
    found = sessions.find(token)
    assert found is not None and sessions.touch(found, 900_000) is True


def test_an_idle_session_locks_and_a_poll_is_no_presence(open_data: Path) -> None:
    _token, made = sessions.start(language="en")
    made.seen_ms -= 10_000
    seen = made.seen_ms
    assert sessions.is_idle(made, 60_000) is False and made.seen_ms == seen
    assert sessions.touch(made, 60_000) is True
    made.seen_ms -= 61_000
    assert sessions.is_idle(made, 60_000) is True
    assert sessions.touch(made, 60_000) is False
    sessions.unlock(made)
    assert sessions.touch(made, 60_000) is True


def test_a_parameter_has_the_value_of_its_day(open_data: Path) -> None:
    parameters.declare(Parameter("test.step", 1, "test", lowest=1, highest=100))
    with db.write_transaction() as conn:
        parameters.seed(conn)
    with unit_of_work(CASHIER) as uow:
        parameters.change(uow, "test.step", 10, date(2026, 3, 6), "notice 12")
        uow.audit("parameter.changed")
    assert parameters.value("test.step", date(2026, 3, 5)) == 1
    assert parameters.value("test.step", date(2026, 3, 6)) == 10
    with pytest.raises(Refused) as refused, unit_of_work(CASHIER) as uow:
        parameters.change(uow, "test.step", 101, date(2026, 3, 7), "typo")
    assert refused.value.code == "parameter.out_of_range"


def test_a_chart_reading_is_logged_once_in_ten_minutes(open_data: Path) -> None:
    """A3"""
    patient = b"\x77" * 16
    access_log.record(CASHIER, patient, "cashier")
    access_log.record(CASHIER, patient, "card")
    assert [(person, screen) for person, screen, _at in access_log.readers_of(patient)] == [
        (CASHIER.person_id, "cashier")
    ]


def test_a_reading_that_cannot_be_logged_is_not_shown(open_data: Path) -> None:
    with db.write_transaction() as conn:
        conn.execute("DROP TABLE access_log")
    with pytest.raises(Exception, match="access_log"):
        access_log.record(CASHIER, b"\x78" * 16, "card")


def test_a_refusal_speaks_the_language_of_the_request_and_never_fails() -> None:
    err = Refused("keys.word_count", have=3, need=17)
    assert "17" in i18n.refusal(err, "zh-CN") and "numbers" in i18n.refusal(err, "en")
    assert "?" in i18n.refusal(Refused("keys.word_count"), "en")
    assert "no.such_code" in i18n.refusal(Refused("no.such_code"), "en")


def test_an_empty_database_file_is_refused_and_not_filled(data: Path, steps: list[schema.Step]) -> None:
    """SQLite takes an empty file for a new database, and drops the log beside it."""
    (data / opening.DATABASE).write_bytes(b"")
    (data / "clinic.sqlite3-wal").write_bytes(b"what is left")
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "clinic.database_missing"
    assert (data / opening.DATABASE).read_bytes() == b""
    assert (data / "clinic.sqlite3-wal").read_bytes() == b"what is left"
