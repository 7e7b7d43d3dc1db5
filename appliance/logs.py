"""Log files (日志): one line an event, rotated, at least half a year of them; never a name or a number of a patient."""

import logging
import logging.handlers
from pathlib import Path

ROTATIONS = 200


class OneLine(logging.Formatter):
    """A newline or an escape in data must not become a line or a colour of the log."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text.replace("\n", " | "))


def start(folder: Path, level: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    formatter = OneLine("%(asctime)s %(levelname)s %(name)s %(message)s")
    for name, file in (("", "server.log"), ("clinic.access", "access.log")):
        handler = logging.handlers.RotatingFileHandler(
            folder / file, maxBytes=8 << 20, backupCount=ROTATIONS, encoding="utf-8"
        )
        handler.setFormatter(formatter)
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
    logging.getLogger("clinic.access").propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("peewee").setLevel(logging.INFO)  # at DEBUG it writes every statement with its values
