"""The analytes, ranges and report templates that a new clinic begins with, all to be confirmed by it."""

import csv
from pathlib import Path

from clinic_app.kernel.unit_of_work import UnitOfWork

DATA = Path(__file__).parents[1] / "data"
_ANALYTE = (
    "INSERT INTO analyte(code, panel, position, name, name_en, unit, kind, decimals, choices)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_RANGE = (
    "INSERT INTO reference_range(analyte, sex, from_days, to_days, low, high, critical_low, critical_high, normal,"
    " valid_from, valid_to, source, is_reviewed) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TEMPLATE = (
    "INSERT INTO report_template(panel, name, name_en, findings, conclusion, source, is_reviewed)"
    " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


def load_starter(uow: UnitOfWork) -> None:
    """Bring in the data files of a clinic that has none yet; a second time changes nothing."""
    if uow.conn.execute("SELECT EXISTS (SELECT 1 FROM analyte)").fetchone()[0]:
        return
    uow.conn.executemany(
        _ANALYTE,
        [(one["code"], one["panel"], place, one["name"], one["name_en"], one["unit"], one["kind"],
          int(one["decimals"]), one["choices"]) for place, one in enumerate(_rows("analytes"), 1)],
    )  # fmt: skip
    uow.conn.executemany(
        _RANGE,
        [(one["analyte"], one["sex"], int(one["from_days"]), int(one["to_days"]) if one["to_days"] else None,
          one["low"], one["high"], one["critical_low"], one["critical_high"], one["normal"], one["valid_from"],
          one["valid_to"] or None, one["source"], int(one["reviewed"] == "yes")) for one in _rows("ranges")],
    )  # fmt: skip
    uow.conn.executemany(
        _TEMPLATE,
        [(one["panel"], one["name"], one["name_en"], one["findings"], one["conclusion"], one["source"],
          int(one["reviewed"] == "yes")) for one in _rows("templates")],
    )  # fmt: skip
    uow.audit("laboratory.load_starter")


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
