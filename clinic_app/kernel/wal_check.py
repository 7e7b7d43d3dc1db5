"""Damage in a write-ahead log (预写日志) that SQLite itself passes over in silence.

A frame with a wrong checksum ends the log for SQLite: what was committed in it and after it is simply not there any
more, and nothing says so. That is right after a power cut, where the frames of the one transaction in flight may be
torn, and wrong for a flipped bit, which takes answered work away. Two things tell the cases apart:

- the wal-index (`-shm`) is written after the frames it counts were synced, so every frame it counts must be good;
- with one writer that syncs each commit, at most one transaction is in flight, so a bad frame that is followed by
  intact frames of a later transaction was good once.

The first covers every frame after a killed process, the last transaction too. After a power cut the index on the disk
may be old or gone; then a flip in the very last transaction cannot be told from a tear.

With the page cipher the log's headers stay plain and the checksums cover the encrypted pages, so no key is needed.
Formats: sqlite.org/fileformat2.html section 4, sqlite.org/walformat.html section 2.
"""

import struct
from pathlib import Path
from typing import NamedTuple

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
# A wal-index header stands twice at the front of the -shm file, in the machine's own byte order.
_INDEX = struct.Struct("=3I2BH2I2I2I2I")
_INDEX_BYTES = 48
_MAGIC, _VERSION = 0x377F0682, 3007000
_WORD = 0xFFFFFFFF

Sums = tuple[int, int]


class _Log(NamedTuple):
    data: bytes
    order: str
    page_bytes: int
    salts: bytes
    sums: Sums

    @property
    def frame_bytes(self) -> int:
        return FRAME_HEADER_BYTES + self.page_bytes

    @property
    def frames(self) -> int:
        return (len(self.data) - HEADER_BYTES) // self.frame_bytes

    def frame(self, number: int) -> bytes:
        """Frame `number`, counted from 1 as SQLite does."""
        start = HEADER_BYTES + (number - 1) * self.frame_bytes
        return self.data[start : start + self.frame_bytes]


def wal_damage(wal: bytes, index: bytes | None = None) -> str | None:
    """Say in a log line (English) which synced part of a write-ahead log is damaged, or None.

    `wal` is the whole `-wal` file, `index` the front (96 bytes or more) of the `-shm` file beside it, both read while
    no connection is open. Promises no false alarm after a power cut, given WAL, synchronous=FULL and one writer.
    """
    if len(wal) <= HEADER_BYTES:
        return None
    log = _open(wal)
    if log is None:
        # A log's header is synced before its first frame, so frames without a good header are never a power cut.
        return "the header of the write-ahead log does not match its checksum"
    synced = _frames_synced(log, index)
    sums, number = log.sums, 1
    while number <= log.frames and (found := _sums_if_good(log, number, sums)):
        sums, number = found, number + 1
    if number <= synced:
        return f"frame {number} of {synced} in the write-ahead log does not match its checksum"
    if number <= log.frames and _later_commit_follows(log, number, sums):
        return f"frame {number} in the write-ahead log does not match its checksum, but later transactions do"
    return None


def wal_damage_beside(database: Path) -> str | None:
    """`wal_damage` of the files beside `database`; to be called before this process opens its first connection.

    Not later: closing any handle of the `-shm` file drops the locks of this process's connections (POSIX).
    """
    wal, index = Path(f"{database}-wal"), Path(f"{database}-shm")
    if not wal.exists():
        return None
    front = None
    if index.exists():
        with index.open("rb") as file:
            front = file.read(2 * _INDEX_BYTES)
    return wal_damage(wal.read_bytes(), front)


def _open(wal: bytes) -> _Log | None:
    magic, version, page_bytes = struct.unpack_from(">3I", wal)
    if magic & ~1 != _MAGIC or version != _VERSION:
        return None
    order = ">" if magic & 1 else "<"
    sums = _checksum(wal[:24], (0, 0), order)
    if sums != struct.unpack_from(">2I", wal, 24):
        return None
    return _Log(wal, order, page_bytes, wal[16:24], sums)


def _checksum(data: bytes, sums: Sums, order: str) -> Sums:
    first, second = sums
    for even, odd in struct.iter_unpack(f"{order}2I", data):
        # `first` only grows by a word a round, so it is cut once at the end: this loop is all the time there is.
        first += even + second
        second = (second + odd + first) & _WORD
    return first & _WORD, second


def _computed(log: _Log, number: int, sums: Sums) -> Sums:
    frame = log.frame(number)
    return _checksum(frame[FRAME_HEADER_BYTES:], _checksum(frame[:8], sums, log.order), log.order)


def _stored(log: _Log, number: int) -> Sums:
    return struct.unpack_from(">2I", log.frame(number), 16)


def _sums_if_good(log: _Log, number: int, sums: Sums) -> Sums | None:
    frame = log.frame(number)
    if frame[8:16] != log.salts or frame[:4] == bytes(4):
        return None
    found = _computed(log, number, sums)
    return found if found == _stored(log, number) else None


def _frames_synced(log: _Log, index: bytes | None) -> int:
    """How many frames of this log the wal-index vouches for; 0 when it is absent, half-written or of another log."""
    if index is None or len(index) < 2 * _INDEX_BYTES:
        return 0
    if index[:_INDEX_BYTES] != index[_INDEX_BYTES : 2 * _INDEX_BYTES]:
        return 0
    fields = _INDEX.unpack_from(index)
    if fields[0] != _VERSION or _checksum(index[:40], (0, 0), "=") != fields[-2:]:
        return 0
    # The salts are kept in the log's byte order, that is as they stand there.
    return fields[6] if index[32:40] == log.salts else 0


def _later_commit_follows(log: _Log, bad: int, sums: Sums) -> bool:
    """True when intact frames run on from the bad one beyond the end of its own transaction.

    They may run on from the sums stored in the bad frame (its page was hit) or from those it should have (they were).
    Frames left over from an earlier cut share the salts but not the chain of sums, so they do not count.
    """
    for start in (_stored(log, bad), _computed(log, bad, sums)):
        commits = int(_is_commit(log, bad))
        number, running = bad + 1, start
        while number <= log.frames and (found := _sums_if_good(log, number, running)):
            commits += _is_commit(log, number)
            if commits > 1:
                return True
            number, running = number + 1, found
    return False


def _is_commit(log: _Log, number: int) -> bool:
    return log.frame(number)[4:8] != bytes(4)
