"""`lan/lan.toml` in the data folder: what the administrator chose, read before the relay opens its port."""

import contextlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.lan.files import CHOICE, store

DEFAULT_PORT = 8643


@dataclass(frozen=True, slots=True)
class LanSettings:
    """`is_plain`: HTTP without TLS is answered too."""

    is_on: bool = False
    is_plain: bool = False
    port: int = DEFAULT_PORT
    names: tuple[str, ...] = ()


def load(folder: Path) -> LanSettings:
    """The stored choice; one that cannot be read counts as off, the safe side."""
    with contextlib.suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError):
        return _read(tomllib.loads((folder / CHOICE).read_text("utf-8")))
    return LanSettings()


def _read(given: dict[str, Any]) -> LanSettings:
    port, names = given["port"], given["names"]
    if not isinstance(port, int) or not 0 < port < 65536 or not all(isinstance(one, str) for one in names):
        raise ValueError(CHOICE)
    return LanSettings(given["on"] is True, given["plain"] is True, port, tuple(names))


def save(folder: Path, chosen: LanSettings) -> None:
    """On disk when this returns; a power cut leaves the old file or the new."""
    names = ", ".join(f'"{one}"' for one in chosen.names)  # letters, digits, hyphens and dots only
    text = (
        f"on = {str(chosen.is_on).lower()}\nplain = {str(chosen.is_plain).lower()}\n"
        f"port = {chosen.port}\nnames = [{names}]\n"
    )
    store(folder, CHOICE, text.encode())
