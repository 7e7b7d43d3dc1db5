"""Errors are answered by pages that cannot fail themselves, and hostile headers by refusals, never by faults."""

import errno
import re
from typing import Any

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.web import errors, status
from clinic_app.web.status import own_page

NO_BILL = "/charging/bills/" + "0" * 32


def gone(*_args: object, **_more: object) -> Any:
    raise RuntimeError("the database is gone")


def test_a_refusal_is_shown_although_the_pages_own_context_fails(
    app: Any, browser_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_as("cashier")
    monkeypatch.setitem(app.config, "MENU", gone)
    monkeypatch.setattr(status, "current_chips", gone)
    assert (found := browser.get(NO_BILL)).status_code == 404 and "charging.bill_missing" in found.text
    assert (found := browser.get("/charging")).status_code == 500 and "http.incident" in found.text
    assert "RuntimeError" not in found.text


def test_what_is_denied_stays_denied_when_the_audit_row_cannot_be_written(
    browser_as: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_args: object) -> Any:
        raise Refused("kernel.disk_full")

    monkeypatch.setattr(errors, "unit_of_work", full)
    answer = browser_as("doctor").get("/charging")
    assert answer.status_code == 403 and "rights.denied" in answer.text
    assert "charging.pending rights.denied" in caplog.text


def test_an_error_page_that_fails_is_an_incident_with_a_number(
    browser_as: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = browser_as("cashier")
    monkeypatch.setattr(errors, "_drawn", gone)
    answer = browser.get(NO_BILL)
    assert answer.status_code == 500 and answer.mimetype == "text/plain"
    incident = re.search(r"[0-9A-F]{8}", answer.text)
    assert incident and f"incident {incident[0]} in charging.bill" in caplog.text


def test_a_full_disk_does_not_keep_a_page_from_being_drawn(browser_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled templates are kept on the disk; the first draw of a page must not depend on it."""

    def full(*_args: object, **_more: object) -> Any:
        raise OSError(errno.ENOSPC, "no space left on device")

    browser = browser_as("cashier")
    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", full)
    assert browser.get("/charging/receipts").status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "localhost"])
def test_an_origin_that_is_no_address_is_refused(browser_as: Any, origin: str) -> None:
    answer = browser_as("cashier").post("/lock", Origin=origin)
    assert answer.status_code == 403 and "form.cross_site" in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.test", "/\\evil.test", "/\t/evil.test", "/\n/evil.test", "/\x00/evil.test", "https://evil.test",
               "javascript:alert(1)", "evil.test", ""],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(target: str, app: Any) -> None:
    with app.app_context():
        assert own_page(target) == "/"


def test_the_own_pages_are_kept(app: Any) -> None:
    """Negative control of the other sites."""
    with app.app_context():
        assert own_page("/pharmacy/?q=陈桂英&at=1") == "/pharmacy/?q=陈桂英&at=1"


def test_a_row_number_too_large_for_a_column_is_no_page(browser_as: Any) -> None:
    browser, patient = browser_as("registrar"), "0" * 32
    for number, status_code in ((2**63, 404), (2**63 - 1, 404), (10**30, 404)):
        assert browser.post(f"/patients/{patient}/identifiers/{number}/end").status_code == status_code
    assert "patients." in browser.post(f"/patients/{patient}/identifiers/{2**63 - 1}/end").text, "control: it arrives"
