"""Starts the version that a home's pointer names (启动器). A copy lies in the home; it needs nothing but Python.

    HOME/launcher.py  HOME/current  HOME/<version>-<counter>/

A cut in the middle of an upgrade may leave a pointer and a schema that do not fit: then the version pointed at is asked
first to settle it (`clinic upgrade --settle`). Where no pointer can be read the newest whole version is started.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

POINTER, JOURNAL, MANIFEST, SITE = "current", "upgrading.json", "manifest.json", "site"
FROZEN = "clinic.exe" if os.name == "nt" else "clinic"
EXIT_NOTHING = 2


def told(path: Path) -> dict[str, object]:
    """What a small file of the home says; nothing where it is missing or damaged."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def version(home: Path) -> Path | None:
    """The folder of the version to start."""
    name = told(home / POINTER).get("version")
    if isinstance(name, str) and name and (home / name / MANIFEST).is_file() and Path(name).name == name:
        return home / name
    whole = [(told(path).get("counter"), path.parent) for path in home.glob(f"*/{MANIFEST}")]
    counted = [(counter, path) for counter, path in whole if isinstance(counter, int) and path.suffix != ".new"]
    return max(counted)[1] if counted else None


def command(folder: Path, interpreter: str = sys.executable) -> tuple[list[str], dict[str, str]]:
    """How the program in a folder is called, and the environment in which it finds its own files and no others."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if (folder / FROZEN).is_file():
        return [str(folder / FROZEN)], environment
    paths = [folder, folder / SITE] if (folder / SITE).is_dir() else [folder]
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    return [interpreter, "-P", "-m", "appliance"], environment


def settled(home: Path) -> Path | None:
    """Let the version pointed at see how far a cut upgrade came; it moves the pointer and says which one to start."""
    data, found = told(home / JOURNAL).get("data"), version(home)
    if not isinstance(data, str) or found is None:
        return found
    words, environment = command(found)
    asked = [*words, "--data", data, "upgrade", "--settle"]
    ended = subprocess.run(asked, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    lines = ended.stdout.split()
    is_sure = ended.returncode == 0 and lines and (home / lines[-1] / MANIFEST).is_file()
    return home / lines[-1] if is_sure else version(home)


def main(home: Path, arguments: list[str]) -> int:
    """Become the program; returns only on Windows, where a process cannot, and where there is nothing to start."""
    found = settled(home) if (home / JOURNAL).exists() else version(home)
    if found is None:
        print(f"{home}: 没有可以启动的程序。 / There is no program to start.", file=sys.stderr)
        return EXIT_NOTHING
    words, environment = command(found)
    if os.name == "nt":
        return subprocess.run([*words, *arguments], env=environment, check=False).returncode
    os.execve(words[0], [*words, *arguments], environment)


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent, sys.argv[1:]))
