"""Giving a finished file its name (改名)."""

import os
import time
from pathlib import Path

IS_SCANNED = os.name == "nt"
PATIENCE_SECONDS = 2.0


def rename(source: Path, target: Path) -> None:
    """Put a file or folder in the place of another, at once or not at all; raises OSError.

    On Windows a virus scanner that looks into a new file keeps it from being renamed for a moment: that is waited for.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not IS_SCANNED or time.monotonic() >= until:
                raise
        time.sleep(0.05)
