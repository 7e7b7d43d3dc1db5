"""The clinic's key (密钥) and its recovery sheet (恢复单).

One 32-byte master seed is drawn when the clinic is made. It goes to paper only; data key, audit key and the backup
recipient are derived from it and the PC keeps just those. The sheet shows the seed as 16 numbers of 5 digits, each with
a check digit so that a mistyped one is named, and a 17th number over all. Digits need no input method and read the same
in any language.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import half_width

SEED_BYTES = 32
WORDS = 17
FILES = ("data.key", "audit.key", "backup.recipient", "mark")


@dataclass(frozen=True, slots=True)
class KeySet:
    """What the PC keeps. `mark` names the seed without revealing it; it stands on the sheet and beside the database.

    `is_whole`: these are surely the keys of that mark. So a database that does not open under them is damaged.
    """

    data_key: bytes
    audit_key: bytes
    backup_recipient: bytes
    mark: str
    is_whole: bool = field(default=True, compare=False)

    def seal(self) -> str:
        """Says of kept keys that they belong together and are as they were stored; without them it tells nothing."""
        parts = (self.data_key, self.audit_key, self.backup_recipient, self.mark.encode())
        return hashlib.sha256(b"xiangyi kept keys" + b"".join(parts)).hexdigest()[:16]


def new_seed() -> bytes:
    return os.urandom(SEED_BYTES)


def derive(seed: bytes) -> KeySet:
    """Data key, audit key and backup recipient (X25519 public key) of a seed, by labelled HKDF-SHA256."""

    def part(label: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"xiangyi 1 " + label.encode()).derive(seed)

    recipient = X25519PrivateKey.from_private_bytes(part("backup")).public_key().public_bytes_raw()
    return KeySet(part("data"), part("audit"), recipient, part("mark").hex()[:8].upper())


def backup_identity(seed: bytes) -> bytes:
    """The X25519 private key that opens this clinic's backups; only ever in memory, while a sheet is being used."""
    return HKDF(SHA256(), 32, salt=None, info=b"xiangyi 1 backup").derive(seed)


def seal_key(audit_key: bytes) -> bytes:
    """The key of the seal under a backup: who has neither the audit key nor the sheet cannot make one or change one."""
    return HKDF(SHA256(), 32, salt=None, info=b"xiangyi 1 backup seal").derive(audit_key)


def _check_digit(five: str) -> str:
    """Weights 3 1 3 1 3: catches every single wrong digit and most swaps of neighbours."""
    return str(-sum(int(digit) * weight for digit, weight in zip(five, (3, 1, 3, 1, 3), strict=True)) % 10)


def sheet_words(seed: bytes) -> list[str]:
    """The 17 numbers of the recovery sheet, six digits each."""
    values = [int.from_bytes(seed[at : at + 2]) for at in range(0, SEED_BYTES, 2)]
    values.append(int.from_bytes(hashlib.sha256(b"xiangyi sheet" + seed).digest()[:2]))
    return [f"{value:05d}" + _check_digit(f"{value:05d}") for value in values]


def seed_of_words(words: list[str]) -> bytes:
    """The seed of a typed sheet. Refuses with the number that is wrong, or when the numbers do not belong together."""
    if len(words) != WORDS:
        raise Refused("keys.word_count", have=len(words), need=WORDS)
    seed = b""
    for place, word in enumerate(words, 1):
        if not word:
            raise Refused("keys.word_empty", place=place)
        if len(word) != 6 or not (word.isascii() and word.isdigit()) or _check_digit(word[:5]) != word[5]:
            raise Refused("keys.word_wrong", place=place, word=word[:12])
        if int(word[:5]) > 0xFFFF:
            raise Refused("keys.word_wrong", place=place, word=word)
        if place < WORDS:
            seed += int(word[:5]).to_bytes(2)
    if sheet_words(seed)[-1] != words[-1]:
        raise Refused("keys.sheet_mixed")
    return seed


def same_word(seed: bytes, place: int, typed: str) -> bool:
    """Whether this is that number of the sheet; spaces and full-width digits (an input method left on) are forgiven."""
    plain = half_width(typed).strip().replace(" ", "")
    return hmac.compare_digest(sheet_words(seed)[place - 1].encode(), plain.encode("utf-8", "replace"))


def store(folder: Path, keys: KeySet) -> None:
    """Write the kept keys into a new folder, owner-readable, on disk when this returns."""
    folder.mkdir(mode=0o700)
    contents = (f"{keys.data_key.hex()}\n{keys.seal()}", keys.audit_key.hex(), keys.backup_recipient.hex(), keys.mark)
    for name, text in zip(FILES, contents, strict=True):
        _write(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), text)
    sync_folder(folder)


def load(folder: Path, wanted_mark: str) -> KeySet:
    """The kept keys. Refuses when a file is missing or damaged: the sheet brings them back, a new key never would."""
    try:
        texts = [(folder / name).read_text("ascii").strip() for name in FILES]
        texts[0], _, seal = texts[0].partition("\n")
        data_key, audit_key, recipient = (bytes.fromhex(text) for text in texts[:3])
    except (OSError, ValueError) as err:
        raise Refused("keys.missing", mark=wanted_mark) from err
    if {len(data_key), len(audit_key), len(recipient)} != {32}:
        raise Refused("keys.missing", mark=wanted_mark)
    if wanted_mark and texts[3] != wanted_mark:
        raise Refused("keys.other_clinic", mark=wanted_mark, found=texts[3])
    found = KeySet(data_key, audit_key, recipient, texts[3], bool(seal))
    if seal and seal != found.seal():
        raise Refused("keys.missing", mark=wanted_mark)
    return found


def write_label(path: Path, *, mark: str, clinic: str) -> None:
    """Beside the database, in plain text: which sheet opens it, so that a lost key can be named."""
    text = json.dumps({"key": mark, "clinic": clinic}, ensure_ascii=False)
    _write(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), text)


def _write(handle: int, text: str) -> None:
    """One line, on disk when this returns."""
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_label(path: Path) -> dict[str, str]:
    """The label; empty texts where it is missing or damaged, since the keys alone open the database."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        found = {}
    told = found if isinstance(found, dict) else {}
    return {name: str(told.get(name, "")) for name in ("key", "clinic")}


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
