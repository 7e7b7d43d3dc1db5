"""The maintenance thread: it reads every page after the start, and the server's end does not wait for it."""

import logging
import threading
import time
from typing import Any

import pytest

from clinic_app.kernel import db, maintenance
from clinic_app.kernel.maintenance import Maintenance

LARGE_MIB = 96


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the thread begins to read pages; it begins at once."""
    reading, found = db.damaged_pages, threading.Event()

    def read(*, share: float) -> list[str]:
        found.set()
        return reading(share=share)

    monkeypatch.setattr(maintenance, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(db, "damaged_pages", read)
    return found


def test_the_end_does_not_wait_for_the_pages_of_a_large_file(
    clinic: Any, begun: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="clinic.maintenance")
    with db.write_transaction() as conn:
        conn.execute("CREATE TABLE large(content BLOB)")
        conn.executemany("INSERT INTO large VALUES(zeroblob(1048576))", [()] * LARGE_MIB)
    thread = Maintenance()
    thread.start()
    assert begun.wait(10)
    began = time.monotonic()
    thread.stop(10)
    assert not thread.is_alive() and time.monotonic() - began < 2
    assert "before all pages were read" in caplog.text
    assert maintenance.known_damage() == ()  # a reading broken off says nothing of damage


def test_pages_that_are_sound_are_read_and_said_so(
    clinic: Any, begun: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="clinic.maintenance")
    thread = Maintenance()
    thread.start()
    until = time.monotonic() + 20
    while "read and sound" not in caplog.text and time.monotonic() < until:
        time.sleep(0.05)
    thread.stop(10)
    assert "all database pages read and sound (in the background)" in caplog.text


@pytest.mark.parametrize(("share", "is_gentle"), [(0.2, True), (1.0, False)])
def test_beside_people_at_work_pages_are_read_with_rests(clinic: Any, share: float, is_gentle: bool) -> None:
    """By its share of the time the reading works; without one it takes a core for itself."""
    with db.write_transaction() as conn:
        conn.execute("CREATE TABLE many(a INTEGER PRIMARY KEY, b TEXT)")
        conn.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
            " INSERT INTO many SELECT i, 'one of many rows that are read' FROM n"
        )
    began, worked = time.monotonic(), time.thread_time()
    assert db.damaged_pages(share=share) == []
    took, worked = time.monotonic() - began, time.thread_time() - worked
    assert (took > 3 * worked) is is_gentle


def test_a_check_that_fails_by_itself_does_not_end_the_thread(clinic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_how: float) -> list[str]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(maintenance, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(db, "damaged_pages", fails)
    thread = Maintenance()
    thread.start()
    time.sleep(0.3)
    assert thread.is_alive()
    thread.stop(10)


def test_of_a_page_that_cannot_be_read_only_that_page_is_named(clinic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver goes on to call every other page unreadable too."""
    said = "*** in database main ***\nTree 3 page 9: btree out of order\n" + "\n".join(
        f"Tree 58 page {page}: unable to get the page. error code=11" for page in (199, 198, 4, 3)
    )

    class Connection:
        def execute(self, _sql: str) -> list[tuple[str]]:
            return [(said,)]

        def set_progress_handler(self, _act: object) -> None:
            """Nothing to tell."""

    monkeypatch.setattr(db, "connection", Connection)
    assert db.damaged_pages() == [
        "Tree 3 page 9: btree out of order",
        "Tree 58 page 199: unable to get the page. error code=11",
    ]


@pytest.mark.parametrize("fails", ["wal_bytes", "connection"])
def test_a_disk_that_fails_for_a_moment_does_not_end_the_thread(
    clinic: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    """The rounds after it look after the log again."""
    looked, real = threading.Event(), db.wal_bytes

    def broken(*_given: object) -> Any:
        monkeypatch.setattr(db, fails, kept)
        raise OSError(5, "Input/output error")

    def look() -> int:
        looked.set()
        return real()

    monkeypatch.setattr(maintenance, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(maintenance, "hourly", [])
    monkeypatch.setattr(db, "wal_bytes", look)
    kept = getattr(db, fails)
    monkeypatch.setattr(db, fails, broken)
    thread = Maintenance()
    thread.start()
    assert looked.wait(10) and thread.is_alive()
    thread.stop(10)
    assert "Input/output error" in caplog.text
