"""The maintenance thread outlives what it cannot do now."""

import threading
from pathlib import Path

import pytest

from clinic_app.kernel import db, maintenance


def test_a_checkpoint_that_fails_is_tried_again(open_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries, done = [], threading.Event()

    def checkpoint() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("no space left on device")
        done.set()

    monkeypatch.setattr(maintenance, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(maintenance, "CHECKPOINT_BYTES", -1)
    monkeypatch.setattr(db, "checkpoint", checkpoint)
    thread = maintenance.Maintenance(checks_pages=False)
    thread.start()
    assert done.wait(5), "the thread ended at the first failure"
    thread.stop(5)
