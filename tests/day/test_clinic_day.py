"""A scripted clinic day over HTTP ends with books that agree to the fen, and a wrong fen or movement is found out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from clinic_app import registry
from clinic_app.kernel import db, opening
from tests.conftest import config_of
from tests.day import clinic_day
from tests.day.kills import Killer

SHORT = 30
KILLED, ROUNDS, FORGOTTEN, PACE = 8, 2, 6, 40
RULES = (
    "M1", "M2", "M4", "M5", "M6", "S1", "S2", "FE-03", "FE-06", "FE-13", "FE-15", "FE-17", "FE-18", "OR-07", "ST-01",
    "ST-03", "ST-06", "IN-04",
)  # fmt: skip

TABLES = "'ledger_entry', 'stock_move', 'invoice_use', 'once', 'visit', 'shift'"
FIRST = "(SELECT min(voucher_id) FROM ledger_entry WHERE account = '{0}') AND account = '{0}'"
DAMAGES = (
    ("cash: counted", "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE voucher_id = " + FIRST.format("cash")),
    ("supervisor's sum, 西药费", "UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE voucher_id = "
     + FIRST.format("income:western_drug")),
    ("the month's page", "UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE voucher_id = "
     + FIRST.format("income:western_drug")),
    ("D0011: counted", "DELETE FROM stock_move WHERE id = (SELECT max(m.id) FROM stock_move m JOIN batch b ON"
     " b.id = m.batch_id JOIN drug d ON d.id = b.drug_id WHERE d.code = 'D0011')"),
    ("invoices torn off", "DELETE FROM invoice_use WHERE invoice_no = (SELECT max(invoice_no) FROM invoice_use)"),
    ("bills without exactly one invoice", "UPDATE invoice_use SET void_reason = '' WHERE bill_id IS NOT NULL"),
    ("LOST", "DELETE FROM once WHERE hlc = (SELECT max(hlc) FROM once)"),
    ("DOUBLED visits", "UPDATE visit SET patient_id = (SELECT v.patient_id FROM visit v JOIN patient p ON"
     " p.id = v.patient_id WHERE p.name LIKE '日%' LIMIT 1) WHERE id IN (SELECT v.id FROM visit v JOIN patient p ON"
     " p.id = v.patient_id WHERE p.name LIKE '日%' ORDER BY v.id DESC LIMIT 1)"),
)  # fmt: skip


@pytest.mark.rule(*RULES)
def test_a_day_of_ten_people_ends_with_books_that_agree(folder: Path, figure: Callable[[str], None]) -> None:
    report = clinic_day.run(folder, SHORT)
    figure(f"clinic day: {report}")
    assert report.wrong == [], str(report)
    assert len(report.planted) >= 30 and len(report.notes.shifts) >= 4
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        assert clinic_day.compare(report) == []
        for what, damage in DAMAGES:
            assert any(what in one for one in _differences_after(damage, report)), what
    finally:
        db.close_database()


@pytest.mark.rule("M6", "N1")
def test_a_server_killed_during_the_day_loses_and_doubles_nothing(folder: Path, figure: Callable[[str], None]) -> None:
    report = clinic_day.run(folder, KILLED, killer=partial(Killer, rounds=ROUNDS, pace=PACE, seed=3))
    figure(f"clinic day with kills: {report}")
    assert report.wrong == [], str(report)
    assert len(report.answered) >= 5 * KILLED


def test_finds_what_a_disk_forgot_that_was_answered(folder: Path) -> None:
    """Negative control: a kill takes the last commits with it, as if they had been answered before they were kept."""
    report = clinic_day.run(folder, FORGOTTEN, killer=partial(Killer, rounds=1, pace=PACE, seed=4, forgets=True))
    assert report.lost > 0, str(report)


def _differences_after(damage: str, report: clinic_day.Report) -> list[str]:
    """What the same comparison says when one fen, one movement, one paper or one answer is another."""
    with db.write_transaction() as conn:
        names = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({TABLES})"
        for (name,) in conn.execute(names).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("PRAGMA defer_foreign_keys = 1")
        conn.execute("SAVEPOINT damage")
        conn.execute(damage)
        found = clinic_day.compare(report)
        conn.execute("ROLLBACK TO damage")
    return found
