"""The files of `lan/` in the data folder, each whole or not there."""

import os
from pathlib import Path

from clinic_app.kernel.keys import sync_folder
from clinic_app.kernel.renaming import rename

AUTHORITY, SERVER, CHOICE = "authority.pem", "server.pem", "lan.toml"


def store(folder: Path, name: str, content: bytes) -> None:
    """Readable by the owner only; a power cut leaves the old file or the new. Key and certificate are one file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f"{name}.new"
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    rename(made, folder / name)
    sync_folder(folder)
