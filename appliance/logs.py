"""Log files (日志): one line an event, rotated, at least half a year of them; never a name or a number of a patient.

What an exception says is left out, since it may quote what somebody typed: its class and places tell where to look. The
outline keeps the constant part of each line alone, so that it can be given away (`appliance.doctor.bundle`).
"""

import logging
import logging.handlers
import re
import traceback
from pathlib import Path

from clinic_app.kernel.errors import Refused

ROTATIONS = 200
FILE_BYTES = 8 << 20
OUTLINE = "outline.log"
OUTLINE_ROTATIONS = 10
# time, level, logger, the place of the call, then classes and places of an exception
OUTLINE_LINE = re.compile(
    r"[\d-]{10} [\d:,]{12} [A-Z]+ [\w.]+ \w+\.py:\d+( \| [A-Za-z_][\w.]*( [\w<>.-]+:\d+ [\w<>]+)*)*", re.ASCII
)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text.replace("\n", " | "))


def told(err: BaseException) -> str:
    """An exception and those behind it, without what they say: class, then file, line and function of each frame."""
    parts, seen = [], set()
    one: BaseException | None = err
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kind = type(one)
        name = one.code if isinstance(one, Refused) else f"{kind.__module__}.{kind.__qualname__}"
        if isinstance(one, OSError) and one.errno is not None:
            name += f".E{one.errno}"
        frames = traceback.extract_tb(one.__traceback__)[-12:]
        parts.append(" ".join([name, *(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames)]))
        one = one.__cause__ or one.__context__
    return " | ".join(parts)


class OneLine(logging.Formatter):
    """A newline or an escape in data must not become a line or a colour of the log."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have kept its own
        return _printable(super().format(record))

    def formatException(self, ei: object) -> str:
        return told(ei[1])  # type: ignore[index]


class Outline(logging.Formatter):
    """The line without its message: who wrote it and where in the program, which says what happened."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(filename)s:%(lineno)d")

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.filename}:{record.lineno}"
        return line + (f" | {told(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else "")


class Rotating(logging.handlers.RotatingFileHandler):
    """Rotates at the end of the line that reaches the size; the library's draws every line twice to do it before."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        return self.stream is not None and self.stream.buffer.tell() >= self.maxBytes


def start(folder: Path, level: str) -> None:
    """Write server.log, access.log and the outline in this folder from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.raiseExceptions = False  # a full disk would fill the console with traces
    line = OneLine("%(asctime)s %(levelname)s %(name)s %(message)s")
    for name, file, formatter, kept in (
        ("", "server.log", line, ROTATIONS),
        ("", OUTLINE, Outline(), OUTLINE_ROTATIONS),
        ("clinic.access", "access.log", line, ROTATIONS),
    ):
        handler = Rotating(folder / file, maxBytes=FILE_BYTES, backupCount=kept, encoding="utf-8")
        handler.setFormatter(formatter)
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
    logging.getLogger("clinic.access").propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("peewee").setLevel(logging.INFO)  # at DEBUG it writes every statement with its values
