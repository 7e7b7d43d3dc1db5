"""Which program made a backup: the version of its release, of the installed package, or of the checkout."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from appliance.upgrade import program_home

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def program_version() -> str:
    """Such as `0.1.0`; "" where neither is to be found."""
    if release := program_home.running():
        return release.version
    try:
        return version("xiangyi")
    except PackageNotFoundError:
        pass
    try:
        return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
    except (OSError, KeyError, ValueError):
        return ""
