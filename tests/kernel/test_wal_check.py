"""Damage in the write-ahead log is named, and what a power cut may leave is not called damage."""

import random
import shutil
import struct
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from clinic_app.kernel.wal_check import wal_damage, wal_damage_beside

HEADER, FRAME = 32, 24 + 4096


class Killed(NamedTuple):
    """What a killed process left: 12 transactions of one row in the log, 11 of them when `earlier_index` was kept."""

    folder: Path
    database: Path
    log: bytes
    index: bytes
    earlier_index: bytes
    earlier_frames: int

    @property
    def frames(self) -> int:
        return (len(self.log) - HEADER) // FRAME


def connect(database: Path) -> apsw.Connection:
    connection = apsw.Connection(str(database))
    connection.execute("PRAGMA cipher = 'chacha20'")
    connection.execute(f"PRAGMA key = 'raw:{'5a' * 32}'")
    return connection


def beside(database: Path, suffix: str) -> Path:
    return Path(f"{database}-{suffix}")


def rows_in(database: Path) -> int:
    connection = connect(database)
    try:
        return connection.execute("SELECT count(*) FROM t").get
    finally:
        connection.close()


def insert(connection: apsw.Connection, times: int) -> None:
    # Two and a half pages a row: a transaction of several frames.
    for _ in range(times):
        connection.execute("INSERT INTO t VALUES(zeroblob(10000))")


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> Killed:
    live, left = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("left") / "clinic"
    database = live / "t.sqlite3"
    connection = connect(database)
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", "FULL")
    connection.execute("CREATE TABLE t(x)")
    connection.pragma("wal_checkpoint", "TRUNCATE")
    insert(connection, 11)
    earlier_index = beside(database, "shm").read_bytes()
    earlier_frames = (beside(database, "wal").stat().st_size - HEADER) // FRAME
    insert(connection, 1)
    shutil.copytree(live, left)
    connection.close()
    left_database = left / "t.sqlite3"
    log, index = (beside(left_database, suffix).read_bytes() for suffix in ("wal", "shm"))
    return Killed(left, left_database, log, index, earlier_index, earlier_frames)


def flipped(data: bytes, byte: int, bit: int) -> bytes:
    return data[:byte] + bytes([data[byte] ^ 1 << bit]) + data[byte + 1 :]


def test_an_intact_log_is_not_damaged(killed):
    assert wal_damage(killed.log, killed.index) is None
    assert wal_damage(killed.log) is None
    assert wal_damage_beside(killed.database) is None


def test_no_log_and_an_empty_log_are_not_damaged(tmp_path):
    assert wal_damage(b"") is None
    assert wal_damage_beside(tmp_path / "absent.sqlite3") is None


def test_sqlite_itself_passes_over_a_flipped_bit_and_loses_rows(killed, tmp_path):
    folder = shutil.copytree(killed.folder, tmp_path / "copy")
    database = folder / "t.sqlite3"
    assert rows_in(shutil.copytree(folder, tmp_path / "intact") / "t.sqlite3") == 12
    beside(database, "wal").write_bytes(flipped(killed.log, HEADER + FRAME * 8, 0))
    assert wal_damage_beside(database) is not None
    assert rows_in(database) < 12


def test_every_flipped_bit_of_the_log_header_is_noticed(killed):
    for byte in range(HEADER):
        for bit in range(8):
            assert wal_damage(flipped(killed.log, byte, bit)) is not None, (byte, bit)


def test_a_flipped_bit_in_any_frame_of_a_killed_process_is_noticed(killed):
    rnd = random.Random(1)
    for frame in range(killed.frames):
        start = HEADER + frame * FRAME
        for byte in (*rnd.sample(range(start, start + 24), 8), *rnd.sample(range(start + 24, start + FRAME), 3)):
            assert wal_damage(flipped(killed.log, byte, rnd.randrange(8)), killed.index) is not None, (frame, byte)


def test_without_the_index_a_flip_is_noticed_in_all_but_the_last_transaction(killed):
    for frame in range(killed.frames):
        in_page = HEADER + frame * FRAME + 2000
        found = wal_damage(flipped(killed.log, in_page, 3))
        last_transaction = frame >= killed.earlier_frames
        assert (found is None) is last_transaction, (frame, found)


def test_a_flip_in_a_frames_own_checksum_is_noticed_without_the_index(killed):
    assert wal_damage(flipped(killed.log, HEADER + 4 * FRAME + 17, 2)) is not None


def test_a_log_that_lost_its_end_is_noticed(killed):
    assert wal_damage(killed.log[: HEADER + 5 * FRAME], killed.index) is not None


@pytest.mark.parametrize("index", ["none", "earlier"])
def test_a_torn_transaction_in_flight_is_not_damage(killed, index):
    start = HEADER + (killed.earlier_frames + 1) * FRAME
    torn = killed.log[:start] + bytes(512) + killed.log[start + 512 :]
    assert wal_damage(torn, killed.earlier_index if index == "earlier" else None) is None


def test_a_half_written_index_vouches_for_nothing(killed):
    last = HEADER + (killed.frames - 1) * FRAME + 100
    damaged = flipped(killed.log, last, 0)
    assert wal_damage(damaged, killed.index) is not None
    assert wal_damage(damaged, flipped(killed.index, 16, 0)) is None
    assert wal_damage(damaged, flipped(flipped(killed.index, 16, 0), 48 + 16, 0)) is None
    assert wal_damage(damaged, killed.index[:50]) is None


def test_frames_of_an_earlier_generation_are_not_damage(tmp_path):
    database = tmp_path / "t.sqlite3"
    connection = connect(database)
    connection.pragma("journal_mode", "WAL")
    connection.execute("CREATE TABLE t(x)")
    insert(connection, 10)
    old_index = beside(database, "shm").read_bytes()
    connection.pragma("wal_checkpoint", "RESTART")
    insert(connection, 1)
    log, index = beside(database, "wal").read_bytes(), beside(database, "shm").read_bytes()
    connection.close()
    assert len(log) > HEADER + 20 * FRAME
    assert wal_damage(log, index) is None
    assert wal_damage(log, old_index) is None


def test_a_log_with_big_endian_checksums_is_understood(killed, tmp_path):
    log = as_big_endian(killed.log)
    folder = shutil.copytree(killed.folder, tmp_path / "copy")
    beside(folder / "t.sqlite3", "wal").write_bytes(log)
    assert wal_damage(log) is None
    assert wal_damage(flipped(log, HEADER + FRAME + 999, 5)) is not None
    assert rows_in(folder / "t.sqlite3") == 12


def as_big_endian(log: bytes) -> bytes:
    def checksum(data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
        for even, odd in struct.iter_unpack(">2I", data):
            sums = ((sums[0] + even + sums[1]) % 2**32, sums[1])
            sums = (sums[0], (sums[1] + odd + sums[0]) % 2**32)
        return sums

    header = bytes([*log[:3], log[3] | 1]) + log[4:24]
    sums = checksum(header, (0, 0))
    parts = [header, struct.pack(">2I", *sums)]
    for start in range(HEADER, len(log), FRAME):
        frame = log[start : start + FRAME]
        sums = checksum(frame[24:], checksum(frame[:8], sums))
        parts += [frame[:16], struct.pack(">2I", *sums), frame[24:]]
    return b"".join(parts)
