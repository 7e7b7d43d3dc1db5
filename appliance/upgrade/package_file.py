"""The file of a package (升级包): a ZIP that exists in one form only, written and read in one pass.

    manifest.json, manifest.sig, then the files of the manifest in its order; all of them stored, dates and rights fixed

Every tool can look into it. The reader does not trust what a ZIP says of itself: it knows from the manifest what comes
next and how long it is, and works out what each header must be. So there is no byte that can be changed, added or left
out unnoticed, nothing to decompress, and no end that is not read.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from appliance.upgrade.manifest import File
from clinic_app.kernel.errors import Refused

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
NEEDS, UTF8, STORED, MIDNIGHT, FIRST_DAY = 20, 0x800, 0, 0, 0x21  # 1980-01-01, the first day a ZIP knows
UNIX, PLAIN_FILE = 3 << 8, 0o100644 << 16
LONGEST_MANIFEST = 8 << 20
CHUNK = 1 << 20
Told = Callable[[int], None]


def _local(name: str, crc: int, size: int) -> bytes:
    raw = name.encode()
    return LOCAL.pack(
        LOCAL_MARK, NEEDS, UTF8, STORED, MIDNIGHT, FIRST_DAY, crc, size, size, len(raw), 0
    ) + raw  # fmt: skip


def _directory(members: list[tuple[str, int, int]]) -> bytes:
    """The end of the file: (name, crc, size) of all members in their order."""
    rows, at = [], 0
    for name, crc, size in members:
        raw = name.encode()
        rows.append(
            CENTRAL.pack(
                CENTRAL_MARK, UNIX | NEEDS, NEEDS, UTF8, STORED, MIDNIGHT, FIRST_DAY, crc, size, size, len(raw), 0, 0,
                0, 0, PLAIN_FILE, at,
            ) + raw
        )  # fmt: skip
        at += LOCAL.size + len(raw) + size
    body = b"".join(rows)
    return body + END.pack(END_MARK, 0, 0, len(rows), len(rows), len(body), at, 0)


def write(target: IO[bytes], members: Iterable[tuple[str, bytes]]) -> None:
    """Write (name, content) one after the other."""
    done = []
    for name, content in members:
        crc = zlib.crc32(content)
        target.write(_local(name, crc, len(content)) + content)
        done.append((name, crc, len(content)))
    target.write(_directory(done))


class Reader:
    """Reads a package front to back: `manifest`, then `file` for each of its files, then `end`."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._done: list[tuple[str, int, int]] = []

    def manifest(self) -> tuple[bytes, bytes]:
        """The manifest and its signature, as they are. Refused `package.not_one`, `.cut`, `.changed`, `.too_large`."""
        return self._small(MANIFEST), self._small(SIGNATURE)

    def file(self, wanted: File, known: set[str]) -> Iterator[bytes]:
        """The content of the next file in pieces; what is wrong with it is known after the last.

        Refused `package.missing`, `.extra` (a file that the manifest does not know), `.changed`, `.cut`.
        """
        header = self._header(wanted.path, known)
        digest, crc, left = hashlib.sha256(), 0, wanted.size
        while left:
            piece = self._exactly(min(CHUNK, left))
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            left -= len(piece)
            yield piece
        if digest.hexdigest() != wanted.sha256 or header != _local(wanted.path, crc, wanted.size):
            raise Refused("package.changed", name=wanted.path)
        self._done.append((wanted.path, crc, wanted.size))

    def end(self) -> None:
        """Nothing comes after the last file but the one list of contents that fits. Refused as `file`."""
        wanted = _directory(self._done)
        found = self._source.read(len(wanted) + 1)
        if found == wanted:
            return
        if wanted.startswith(found):
            raise Refused("package.cut")
        if found.startswith(LOCAL_MARK):
            raise Refused("package.extra", name=_name_in(found))
        raise Refused("package.changed", name="ZIP")

    def _small(self, name: str) -> bytes:
        """A file whose size only its header knows."""
        wanted = name.encode()
        header = self._source.read(LOCAL.size + len(wanted))
        if len(header) < LOCAL.size + len(wanted) and LOCAL_MARK.startswith(header[:4]):
            raise Refused("package.cut")
        if not header.startswith(LOCAL_MARK) or not header.endswith(wanted):
            raise Refused("package.missing", name=name) if self._done else Refused("package.not_one")
        size = LOCAL.unpack_from(header)[8]
        if size > LONGEST_MANIFEST:
            raise Refused("package.too_large", most=LONGEST_MANIFEST >> 20)
        content = self._exactly(size)
        crc = zlib.crc32(content)
        if header != _local(name, crc, size):
            raise Refused("package.changed", name=name)
        self._done.append((name, crc, size))
        return content

    def _header(self, wanted: str, known: set[str]) -> bytes:
        """The header of the next file, when it bears this name."""
        fixed = self._exactly(LOCAL.size)
        if not fixed.startswith(LOCAL_MARK):
            is_over = fixed.startswith(CENTRAL_MARK)
            raise Refused("package.missing" if is_over else "package.changed", name=wanted)
        raw = self._exactly(min(LOCAL.unpack(fixed)[9], len(wanted.encode()) + 256))
        if raw != wanted.encode():
            name = raw.decode("utf-8", "replace")
            raise Refused("package.missing", name=wanted) if name in known else Refused("package.extra", name=name[:80])
        return fixed + raw

    def _exactly(self, size: int) -> bytes:
        found = self._source.read(size)
        if len(found) < size:
            raise Refused("package.cut")
        return found


def _name_in(header: bytes) -> str:
    return header[LOCAL.size : LOCAL.size + 80].decode("utf-8", "replace").split("\x00")[0]
