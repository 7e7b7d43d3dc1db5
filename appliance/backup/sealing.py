"""Encrypting a database file into a backup, and getting it back (加密与还原)."""

import errno
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pyrage

from appliance.backup.file_format import CHUNK, FIRST_LINE, Found, Header, Sealing, Stream, Told
from clinic_app.kernel.errors import Refused

REST = 0.5
"""Seconds of pause for each second of work, so that a PC of two cores stays quick for the people at it."""


def encrypt(
    database: Path, target: Path, header: Header, recipients: Sequence[Any], key: bytes, told: Told
) -> None:
    """Write a new backup file, on the disk when this returns. Refused when the target is full or gone."""
    try:
        with database.open("rb") as source, target.open("xb", buffering=CHUNK) as file:
            sealing = Sealing(file, key)
            sealing.write(FIRST_LINE)
            sealing.write(header.line())
            pyrage.encrypt_io(_Resting(source, told), sealing, list(recipients))
            sealing.seal()
            file.flush()
            os.fsync(file.fileno())
    except OSError as err:
        raise trouble(err, target) from err


def decrypt(found: Found, target: Path, identities: Sequence[Any], told: Told, *, rest: bool = False) -> None:
    """Write the database file of a backup, on the disk when this returns; check the seal before.

    Refused `backup.other_key` when none of the identities opens it, `backup.damaged` when the stream is not whole.
    """
    try:
        with found.path.open("rb", buffering=CHUNK) as source, target.open("xb", buffering=CHUNK) as file:
            stream = Stream(source, found, told)
            pyrage.decrypt_io(_Resting(stream, lambda _bytes: None) if rest else stream, file, list(identities))
            file.flush()
            os.fsync(file.fileno())
            written = file.tell()
    except pyrage.DecryptError as err:
        no_key = "matching keys" in str(err)
        raise Refused("backup.other_key" if no_key else "backup.damaged", file=found.path.name) from err
    except OSError as err:
        if err.errno is None:  # the stream itself: cut or changed
            raise Refused("backup.damaged", file=found.path.name) from err
        raise trouble(err, target) from err
    if written != found.header.bytes:
        raise Refused("backup.damaged", file=found.path.name)


def trouble(err: OSError, place: Path, *, is_target: bool = False) -> Refused:
    """What went wrong at a place, as a sentence: full, or failing; a target may have been pulled out."""
    if err.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused("backup.target_full" if is_target else "backup.disk_full", place=str(place.parent))
    said = err.strerror or str(err)
    return Refused(
        "backup.target_failed" if is_target else "backup.disk_failed", place=str(place.parent), reason=said
    )  # fmt: skip


class _Resting:
    """A file whose reading pauses now and then."""

    def __init__(self, file: IO[bytes] | Stream, told: Told):
        self._file, self._told, self._done = file, told, 0
        self._since, self._began = 0, time.monotonic()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(size)
        self._done += len(data)
        self._since += len(data)
        self._told(self._done)
        if self._since >= CHUNK:
            time.sleep((time.monotonic() - self._began) * REST)
            self._since, self._began = 0, time.monotonic()
        return data
