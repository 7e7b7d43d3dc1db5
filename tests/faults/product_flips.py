"""Bits flipped in the product's own database, put to `clinic check`."""

import contextlib
import io
import shutil
from collections import Counter
from pathlib import Path

from appliance import cli
from clinic_app import registry
from clinic_app.kernel import db, opening
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.faults.bit_flips import Flips, flip_bits, pages_in_use
from tests.faults.replay import scratch_folder


class Check:
    """`clinic check` on a folder, as the command line runs it; `codes` counts how it ended."""

    def __init__(self) -> None:
        self.codes: Counter[str] = Counter()
        self.said = ""

    def __call__(self, folder: Path) -> bool:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                code = str(cli.main(["--data", str(folder), "check"]))
            except Exception as err:
                code = type(err).__name__
                db.close_database()
        self.codes[code] += 1
        self.said = said.getvalue()
        return code == "0"


def leave_as_killed(folder: Path) -> list[int]:
    """Fill `folder` with a clinic killed with a log in use; returns the numbers of the pages in use."""
    with scratch_folder() as live:
        small_clinic.make(live)
        config = config_of(live)
        modules = registry.wire(config)
        opening.open_clinic(live, registry.migration_steps())
        clinic = Clinic(live, config, modules)
        for number in range(4):
            _serve(clinic)
            if number == 2:
                db.checkpoint(truncate=True)
        shutil.copytree(live, folder, dirs_exist_ok=True)
        pages = pages_in_use(db.connection())
        db.close_database()
    return pages


def _serve(clinic: Clinic) -> None:
    arrived = visit.arrive(clinic)
    sheets = visit.consult(clinic, arrived["visit_id"], small_clinic.DRUGS)
    visit.pay(clinic, arrived["visit_id"])
    visit.dispense(clinic, sheets[0])


def flip(folder: Path, pages: list[int], *, flips: int, seed: int, check: Check) -> Flips:
    """`flips` bits in turn in header, pages in use and log frames in use."""
    return flip_bits(folder, opening.DATABASE, pages, check, flips=flips, seed=seed)


def copy(folder: Path, target: Path) -> None:
    shutil.copytree(folder, target, dirs_exist_ok=True)
