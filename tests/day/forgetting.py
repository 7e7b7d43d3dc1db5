"""A disk that forgets: the last commits of a killed clinic are gone, as if they had been answered and not kept."""

import struct
from pathlib import Path

from clinic_app.kernel import opening

HEADER, FRAME_HEADER = 32, 24
FORGOTTEN = 12


def forget_last_commits(folder: Path, commits: int = FORGOTTEN) -> None:
    """Cut so many commits off the log of a database that nobody has open; its index goes too, as after a power cut.

    Format: sqlite.org/fileformat2.html section 4; a frame that ends a commit has a size of the database in its header.
    """
    log = folder / f"{opening.DATABASE}-wal"
    data = log.read_bytes() if log.exists() else b""
    if len(data) < HEADER:
        return
    page = struct.unpack(">I", data[8:12])[0]
    ends = [
        at + FRAME_HEADER + page
        for at in range(HEADER, len(data) - FRAME_HEADER - page + 1, FRAME_HEADER + page)
        if data[at + 8 : at + 16] == data[16:24] and struct.unpack(">I", data[at + 4 : at + 8])[0]
    ]
    keep = ends[-commits - 1] if len(ends) > commits else HEADER
    log.write_bytes(data[:keep])
    (folder / f"{opening.DATABASE}-shm").unlink(missing_ok=True)
