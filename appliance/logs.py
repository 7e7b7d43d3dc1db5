"""Log files (日志): one line an event, rotated, at least half a year of them; never a name or a number of a patient."""

import logging
import logging.handlers
from pathlib import Path

ROTATIONS = 200
FILE_BYTES = 8 << 20


class OneLine(logging.Formatter):
    """A newline or an escape in data must not become a line or a colour of the log."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if text.isprintable():
            return text
        return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text.replace("\n", " | "))


class Rotating(logging.handlers.RotatingFileHandler):
    """Rotates at the end of the line that reaches the size; the library's draws every line twice to do it before."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        return self.stream is not None and self.stream.buffer.tell() >= self.maxBytes


def start(folder: Path, level: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    formatter = OneLine("%(asctime)s %(levelname)s %(name)s %(message)s")
    for name, file in (("", "server.log"), ("clinic.access", "access.log")):
        handler = Rotating(folder / file, maxBytes=FILE_BYTES, backupCount=ROTATIONS, encoding="utf-8")
        handler.setFormatter(formatter)
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
    logging.getLogger("clinic.access").propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("peewee").setLevel(logging.INFO)  # at DEBUG it writes every statement with its values
