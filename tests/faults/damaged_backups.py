"""Backups that must not be taken: damaged, cut, put together from two, of others, renamed; and the attempts."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from appliance.backup import age_keys, restoring
from appliance.backup.file_format import SEAL_BYTES, find
from clinic_app.kernel import db, keys
from clinic_app.kernel.errors import Refused

SECTOR = 512


@dataclass
class Trials:
    """How often each kind was tried and what it was refused with; `accepted` and `faults` must stay empty."""

    refused: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.refused.total()} refused, {len(self.accepted)} accepted, {len(self.faults)} faults"
        text += f"; {dict(self.refused)}"
        return "\n".join([text, *self.accepted[:20], *self.faults[:20]])


@dataclass(frozen=True)
class Bad:
    """One file: what was done to it, its name and content, the seed of the sheet that is typed for it."""

    kind: str
    name: str
    content: bytes
    seed: bytes


def bad_ones(good: Path, earlier: Path, foreign: Path, seed: bytes, rnd: random.Random) -> Iterator[Bad]:
    """For ever: each kind in turn, at another place each time. `earlier` is of this clinic, `foreign` of another."""
    whole, former, other = good.read_bytes(), earlier.read_bytes(), foreign.read_bytes()
    body, former_body = find(good).stream_at, find(earlier).stream_at
    while True:
        yield Bad("bit flipped in the stream", good.name, _flip(whole, rnd.randrange(body, len(whole)), rnd), seed)
        yield Bad("bit flipped in the facts", good.name, _flip(whole, rnd.randrange(body), rnd), seed)
        seal = len(whole) - rnd.randint(1, SEAL_BYTES)
        yield Bad("bit flipped in the seal", good.name, _flip(whole, seal, rnd), seed)
        yield Bad("cut", good.name, whole[: rnd.randrange(len(whole))], seed)
        yield Bad("longer", good.name, whole + rnd.randbytes(rnd.randint(1, 999)), seed)
        yield Bad("sector zeroed", good.name, _sector(whole, rnd, bytes(SECTOR)), seed)
        yield Bad("sector of another place", good.name, _sector(whole, rnd, whole[body : body + SECTOR]), seed)
        yield Bad("facts of another one", good.name, former[:former_body] + whole[body:], seed)
        yield Bad("stream of another one", good.name, whole[:body] + former[former_body:], seed)
        yield Bad("seal of another one", good.name, whole[:-SEAL_BYTES] + former[-SEAL_BYTES:], seed)
        yield Bad("an earlier one under the name of the newest", good.name, former, seed)
        yield Bad("another clinic's", foreign.name, other, seed)
        yield Bad("another clinic's, its name changed", good.name, other, seed)
        yield Bad("another sheet", good.name, whole, rnd.randbytes(keys.SEED_BYTES))
        yield Bad("a newer format", good.name, whole.replace(b"XIANGYI-BACKUP 1", b"XIANGYI-BACKUP 2", 1), seed)
        yield Bad("no backup", good.name, rnd.randbytes(rnd.randrange(5000)), seed)
        yield Bad("the count of patients changed", good.name, _other_fact(whole, body), seed)


def _flip(content: bytes, at: int, rnd: random.Random) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << rnd.randrange(8)]) + content[at + 1 :]


def _sector(content: bytes, rnd: random.Random, sector: bytes) -> bytes:
    at = rnd.randrange(len(content) // SECTOR - 1) * SECTOR
    if content[at : at + SECTOR] == sector:
        at += SECTOR
    return content[:at] + sector + content[at + SECTOR :]


def _other_fact(content: bytes, body: int) -> bytes:
    return content[:body].replace(b'"patient":', b'"patient":1', 1) + content[body:]


def attempt(folder: Path, place: Path, bad: Bad, contents: Callable[[Path], object], trials: Trials) -> None:
    """Restore it over the clinic in `folder`, which must be as it was afterwards."""
    before = contents(folder)
    path = place / bad.name
    path.write_bytes(bad.content)
    try:
        found = find(path)
        restoring.check_belongs(folder, found)
        identity = age_keys.identity(keys.backup_identity(bad.seed))
        restoring.restore(
            folder, found, restoring.key_set_of(bad.seed, found), [identity], lambda _step, _done, _of: None
        )  # fmt: skip
        trials.accepted.append(bad.kind)
    except Refused as err:
        trials.refused[f"{bad.kind}: {err.code}"] += 1
        if contents(folder) != before:
            trials.faults.append(f"{bad.kind}: the clinic was changed")
    except Exception as err:
        trials.faults.append(f"{bad.kind}: {err!r}")
    finally:
        db.close_database()
