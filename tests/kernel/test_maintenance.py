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

    def read() -> list[str]:
        found.set()
        return reading()

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


def test_a_check_that_fails_by_itself_does_not_end_the_thread(clinic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> list[str]:
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

    monkeypatch.setattr(db, "connection", Connection)
    assert db.damaged_pages() == [
        "Tree 3 page 9: btree out of order",
        "Tree 58 page 199: unable to get the page. error code=11",
    ]
