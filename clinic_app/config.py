"""Settings (设置) of one server: a table of options, read from settings.toml and the environment, frozen at start."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: its name in settings.toml and, as CLINIC_<NAME>, in the environment, which wins."""

    name: str
    default: Any
    meaning: str


OPTIONS = (
    Option("data", "clinic-data", "folder of this clinic: database, keys, backups, logs"),
    Option("port", 8600, "port on 127.0.0.1 where the server answers"),
    Option("threads", 4, "web server threads; 4 has the shortest waits on two cores"),
    Option("hosts", "localhost,127.0.0.1,[::1]", "Host names that are answered, separated by commas"),
    Option("language", "zh-CN", "language before sign-in: zh-CN or en"),
    Option("divisions", "", "folder with provinces, cities, areas and streets .csv for `clinic import divisions`"),
    Option("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR"),
)


class SettingsError(Exception):
    """A setting that cannot be used: the message names it, its value and what fits."""


@dataclass(frozen=True, slots=True)
class Config:
    data: Path
    port: int
    threads: int
    hosts: tuple[str, ...]
    language: str
    divisions: str
    log_level: str


def load(data: Path | None = None, environ: dict[str, str] | None = None) -> Config:
    """Read environment over file over default. `data` (from the command line) wins over all."""
    env = dict(os.environ) if environ is None else environ
    folder = data or Path(env.get("CLINIC_DATA") or _default("data"))
    file = folder / "settings.toml"
    try:
        given = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise SettingsError(f"{file}: {err}") from err
    if unknown := set(given) - {option.name for option in OPTIONS}:
        raise SettingsError(f"{file}: no such setting: {', '.join(sorted(unknown))}")
    values = {one.name: env.get(f"CLINIC_{one.name.upper()}") or given.get(one.name, one.default) for one in OPTIONS}
    hosts = values["hosts"] if isinstance(values["hosts"], list) else str(values["hosts"]).split(",")
    config = Config(
        data=folder,
        port=_integer("port", values["port"], 1, 65535),
        threads=_integer("threads", values["threads"], 1, 32),
        hosts=tuple(host.strip().lower() for host in hosts if host.strip()),
        language=_choice("language", str(values["language"]), ("zh-CN", "en")),
        divisions=str(values["divisions"]),
        log_level=_choice("log_level", str(values["log_level"]).upper(), ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    return config


def _default(name: str) -> Any:
    return next(option.default for option in OPTIONS if option.name == name)


def _integer(name: str, given: Any, low: int, high: int) -> int:
    try:
        number = int(given)
    except (TypeError, ValueError) as err:
        raise SettingsError(f"{name} must be a whole number, it is {given!r}") from err
    if not low <= number <= high:
        raise SettingsError(f"{name} must lie between {low} and {high}, it is {number}")
    return number


def _choice(name: str, given: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}, it is {given!r}")
    return given
