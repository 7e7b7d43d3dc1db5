"""The diagnostics bundle (诊断包) for whoever helps from afar: without patient data by construction.

Nothing is copied and then cleaned. Each part is made here from what cannot hold a name: states of checks, counts of
rows, settings that are numbers or choices, and log lines rebuilt from their constant parts. A part that is not in
`PARTS` does not go in.
"""

import io
import json
import logging
import platform
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance import logs
from appliance.doctor import examination, sources
from appliance.doctor.finding import Place
from appliance.startup import record
from clinic_app.kernel import condition, db, opening

LOG_LINES = 20_000
SETTINGS = ("port", "threads", "language", "log_level")
MIB = 1 << 20
log = logging.getLogger("clinic.doctor")
COUNTS = {
    "audit": "SELECT coalesce(max(seq), 0) FROM audit",
    "patient": "SELECT count(*) FROM patient",
    "visit": "SELECT count(*) FROM visit",
    "person": "SELECT count(*) FROM person",
    "desk": "SELECT count(*) FROM desk WHERE is_open = 1",
    "paper_unfinished": "SELECT count(*) FROM job WHERE state IN ('queued', 'sending', 'not_started', 'unknown')",
}
# what `_write_access_line` writes: method, endpoint, status, time, refusal code
_ACCESS = re.compile(
    r"[\d-]{10} [\d:,]{12} [A-Z]+ clinic\.access"
    r" (GET|POST|HEAD|OPTIONS|PUT|DELETE|PATCH|TRACE) [a-z_]+(\.[a-z_]+)? \d{3} \d+\.\d ?ms ?[a-z_.]{0,80}"
)


def made(place: Place) -> bytes:
    """The ZIP file of the clinic; where it could not be opened, of what can be seen from outside."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in PARTS.items():
            file.writestr(name, _made_or_why(name, part, place))
    return held.getvalue()


def _made_or_why(name: str, part: Callable[[Place], str], place: Place) -> str:
    """One line in the place of a part that cannot be read: the others help all the same."""
    try:
        return part(place)
    except Exception as err:
        log.exception("the part %s of the bundle could not be made", name)
        return json.dumps({"not_read": name, "kind": type(err).__name__}) + "\n"


def _program(place: Place) -> str:
    """Versions, settings that are no text, sizes."""
    data = place.config.data
    return _json({
        "not_started": place.why.code if place.why else "",
        "program": version(),
        "python": sys.version.split()[0],
        "sqlite": None if place.why else db.value("SELECT sqlite_version()"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "settings": {name: getattr(place.config, name) for name in SETTINGS},
        "free_mib": _mib(lambda: shutil.disk_usage(data).free),
        "database_mib": _mib(lambda: (data / opening.DATABASE).stat().st_size),
        "wal_mib": _mib(lambda: sources.log_bytes(place)),
        "unclean_ends": record.read(data).ends,
        "condition": sorted(condition.standing()),
    })  # fmt: skip


def _mib(ask: Callable[[], int]) -> int | None:
    """None where the disk does not say, or there is nothing."""
    try:
        return ask() // MIB
    except OSError:
        return None


def version() -> str:
    """The program's version; "checkout" where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("xiangyi")
    except PackageNotFoundError:
        return "checkout"


def _checks(place: Place) -> str:
    """States alone: the sentences may name desks and staff."""
    return _json({check.id: found.state for check, found in examination.examine(place)})


def _schema(place: Place) -> str:
    """Which steps have run, and how much there is."""
    if place.why is not None:
        return _json({"not_opened": place.why.code})
    steps = [f"{subject}.{name}" for subject, name in db.rows("SELECT subject, name FROM migration ORDER BY 1, 2")]
    return _json({"steps": steps, "rows": {name: db.value(sql) for name, sql in COUNTS.items()}})


def _access(place: Place) -> str:
    return "".join(line for line in _tail(place.config.data / "logs" / "access.log") if _ACCESS.fullmatch(line.strip()))


def _outline(place: Place) -> str:
    """The server's log without what was filled into its lines; a line of another shape is left out."""
    return "".join(
        line for line in _tail(place.config.data / "logs" / logs.OUTLINE) if logs.OUTLINE_LINE.fullmatch(line.strip())
    )


def _tail(path: Path) -> Iterator[str]:
    """The newest lines, of the file that is written now."""
    try:
        yield from path.read_text("utf-8", "replace").splitlines(keepends=True)[-LOG_LINES:]
    except OSError:
        return


def _json(found: object) -> str:
    return json.dumps(found, ensure_ascii=True, indent=1) + "\n"


PARTS: dict[str, Callable[[Place], str]] = {
    "program.json": _program,
    "checks.json": _checks,
    "schema.json": _schema,
    "access.log": _access,
    "outline.log": _outline,
}
"""All that ever goes in."""
