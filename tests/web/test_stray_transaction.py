"""A request that ends inside a transaction is noticed: its thread would see an old database from then on."""

from typing import Any

import pytest
from flask import Flask

from clinic_app.kernel import db
from clinic_app.web.access import PUBLIC, access


def test_it_is_logged_as_a_fault_and_the_next_request_is_sound(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/stray")
    @access(PUBLIC)
    def stray() -> Any:
        db.connection().execute("BEGIN")
        return str(db.value("SELECT count(*) FROM person"))

    before = db.left_open
    assert app.test_client().get("/stray").status_code == 200
    assert db.left_open == before + 1 and not db.connection().in_transaction
    assert "a transaction was left open by stray" in caplog.text
    db.left_open = before


def test_an_answer_leaves_no_transaction(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Negative control."""
    assert app.test_client().get("/sign-in").status_code == 200
    assert "left open" not in caplog.text
