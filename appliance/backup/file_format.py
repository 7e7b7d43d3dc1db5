"""The file of a backup (备份文件): a line that names the format, a line of facts, an age stream, a seal.

    XIANGYI-BACKUP 1\\n
    {"clinic_id": ..., "made_at": ..., ...}\\n        facts anybody may read; no patient data
    age-encryption.org/v1 ...                        the database file, itself encrypted with the data key
    32 bytes                                         HMAC-SHA256 over everything before, key from the audit key

The seal names every change of any byte, also of the facts, and an exchanged stream: age alone does not say who
encrypted.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Refused

FORMAT = re.compile(rb"XIANGYI-BACKUP ([0-9]{1,4})\n")
VERSION = 1
FIRST_LINE = b"XIANGYI-BACKUP 1\n"
SUFFIX = ".xybackup"
PART = ".part"
SEAL_BYTES = 32
LONGEST_FACTS = 1 << 16
CHUNK = 1 << 20
KINDS = ("hourly", "daily", "upgrade", "now")
_NAME = re.compile(r"[A-Z0-9]+-(\d{8}-\d{6})-([a-z]+)(?:-\d+)?\.xybackup")
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Header:
    """The facts of a backup. `bytes` is the size of the database, `made_at` believed time in ms UTC."""

    clinic_id: str
    code: str
    name: str
    is_practice: bool
    epoch: str
    key_mark: str
    schema: str
    newest_step: str
    program: str
    kind: str
    bytes: int
    made_at: int
    audit_seq: int
    audit_hlc: int
    counts: dict[str, int]

    @property
    def made(self) -> datetime:
        """When it was made, in clinic-local time."""
        return local(self.made_at)

    def line(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Found:
    """A backup file whose facts could be read: `stream_at` is where its age stream begins."""

    path: Path
    header: Header
    stream_at: int
    size: int

    @property
    def stream_bytes(self) -> int:
        return self.size - SEAL_BYTES - self.stream_at


def file_name(header: Header, number: int = 1) -> str:
    """`QX01-20261122-073500-hourly.xybackup`: clinic, clinic-local time, kind."""
    again = f"-{number}" if number > 1 else ""
    return f"{header.code}-{header.made:%Y%m%d-%H%M%S}-{header.kind}{again}{SUFFIX}"


def find(path: Path) -> Found:
    """Read the facts. Refused `backup.not_found`, `backup.no_backup`, `backup.newer_format` or `backup.damaged`."""
    try:
        with path.open("rb") as file:
            first = file.readline(64)
            facts = file.readline(LONGEST_FACTS)
            stream_at, size = file.tell(), file.seek(0, 2)
    except OSError as err:
        raise Refused("backup.not_found", file=path.name, reason=err.strerror or "") from err
    said = FORMAT.fullmatch(first)
    if said is None:
        raise Refused("backup.no_backup", file=path.name)
    if int(said[1]) > VERSION:
        raise Refused("backup.newer_format", file=path.name, format=int(said[1]))
    header = _header(facts)
    if header is None or first != FIRST_LINE or size < stream_at + SEAL_BYTES + 1:
        raise Refused("backup.damaged", file=path.name)
    named = _NAME.fullmatch(path.name)
    if named and (named[1], named[2]) != (f"{header.made:%Y%m%d-%H%M%S}", header.kind):
        raise Refused("backup.exchanged", file=path.name, made=f"{header.made:%Y-%m-%d %H:%M}")
    return Found(path, header, stream_at, size)


def _header(facts: bytes) -> Header | None:
    try:
        given = json.loads(facts)
        if not facts.endswith(b"\n") or set(given) != {one.name for one in fields(Header)}:
            return None
        header = Header(**given)
        numbers = (header.bytes, header.made_at, header.audit_seq, header.audit_hlc, *header.counts.values())
        texts = (header.clinic_id, header.code, header.name, header.key_mark, header.kind, header.program)
        right = all(type(one) is int and 0 <= one < 1 << 62 for one in numbers)
        right = right and all(type(one) is str for one in texts) and header.kind in KINDS
        return header if right and header.made else None
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None


class Sealing:
    """A file being written whose seal is computed on the way; `seal` is its end, and the caller puts it on the disk."""

    def __init__(self, file: IO[bytes], key: bytes):
        self._file = file
        self._sum = hmac.new(key, digestmod=hashlib.sha256)

    def write(self, data: bytes) -> int:
        self._sum.update(data)
        self._file.write(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def seal(self) -> None:
        self._file.write(self._sum.digest())


def check_seal(found: Found, key: bytes, told: Told = lambda _bytes: None) -> None:
    """Read the whole file; Refused `backup.damaged` when one bit of it is not as it was written under this key."""
    total, left = hmac.new(key, digestmod=hashlib.sha256), found.size - SEAL_BYTES
    try:
        with found.path.open("rb") as file:
            while left > 0:
                data = file.read(min(CHUNK, left))
                if not data:
                    raise Refused("backup.damaged", file=found.path.name)
                total.update(data)
                left -= len(data)
                told(found.size - SEAL_BYTES - left)
            seal = file.read()
    except OSError as err:
        raise Refused("backup.unreadable", file=found.path.name, reason=err.strerror or "") from err
    if not hmac.compare_digest(seal, total.digest()):
        raise Refused("backup.damaged", file=found.path.name)


class Stream:
    """The age stream of a backup as a readable file that ends before the seal; `told(bytes so far)` on the way."""

    def __init__(self, file: IO[bytes], found: Found, told: Told):
        file.seek(found.stream_at)
        self._file, self._left, self._all, self._told = file, found.stream_bytes, found.stream_bytes, told

    def read(self, size: int = -1) -> Any:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        self._told(self._all - self._left)
        return data
