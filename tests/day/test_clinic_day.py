"""A scripted clinic day over HTTP ends with books that agree to the fen, and a wrong fen or movement is found out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_app import registry
from clinic_app.kernel import db, opening
from tests.conftest import config_of
from tests.day import books, clinic_day

SHORT = 30


@pytest.mark.rule("M1", "M2", "M4", "M5", "M6", "S1", "S2", "FE-13", "FE-15")
def test_a_day_of_eight_people_ends_with_books_that_agree(folder: Path, figure: Callable[[str], None]) -> None:
    report = clinic_day.run(folder, SHORT)
    figure(f"clinic day: {report}")
    assert report.wrong == [], str(report)
    assert len(report.planted) >= 30 and len(report.notes.shifts) >= 4
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        for what, damage in (
            ("cash", "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE account = 'cash'"
             " AND voucher_id = (SELECT min(voucher_id) FROM ledger_entry WHERE account = 'cash')"),
            ("D0011", "DELETE FROM stock_move WHERE id = (SELECT max(m.id) FROM stock_move m JOIN batch b ON"
             " b.id = m.batch_id JOIN drug d ON d.id = b.drug_id WHERE d.code = 'D0011')"),
        ):  # fmt: skip
            assert any(one.startswith(what) for one in _differences_after(damage, report)), what
    finally:
        db.close_database()


def _differences_after(damage: str, report: clinic_day.Report) -> list[str]:
    """What the same comparison says when one fen, or one movement, is another."""
    with db.write_transaction() as conn:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('ledger_entry', 'stock_move')"
        for (name,) in conn.execute(names).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(damage)
    return books.differences(report.notes, report.begun_with)
