"""The project's own files, read once with `ast`: what the house tests look at."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("clinic_app", "devices", "sync", "appliance")


@dataclass(frozen=True)
class Source:
    """One Python file: path from the root, dotted name, text and tree."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @property
    def subject(self) -> str:
        """The subject of clinic work that this file belongs to, or ""."""
        parts = self.name.split(".")
        return parts[2] if parts[:2] == ["clinic_app", "modules"] and len(parts) > 2 else ""

    @property
    def layer(self) -> str:
        """The layer within the subject: `rules`, `services`, `views` ..."""
        parts = self.name.split(".")
        return parts[3] if self.subject and len(parts) > 3 else ""

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module, `from a import b` as `a.b`, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", node.lineno


def files(*suffixes: str) -> list[Path]:
    """Files that git knows or would add, with one of these suffixes."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / line for line in listed if line.endswith(suffixes) and (ROOT / line).exists()]


@lru_cache(maxsize=1)
def sources() -> tuple[Source, ...]:
    """Every Python file of the product."""
    found = []
    for path in files(".py"):
        relative = path.relative_to(ROOT).as_posix()
        if relative.split("/")[0] not in PACKAGES:
            continue
        name = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        text = path.read_text("utf-8")
        found.append(Source(relative, name, text, ast.parse(text, relative)))
    return tuple(found)
