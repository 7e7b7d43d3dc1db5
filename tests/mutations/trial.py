"""A copy of the tree, and tests run in it: each run is a fork, so that no run sees what another has imported."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutations.rows import ROOT, Mutation

CPU_SECONDS = 120
"""What a run may take before it counts as broken: a mutation may make a loop endless."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of tests came to: node ids that passed and failed; `error` where it could not be run at all."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    error: str = ""


class _Recorder:
    """A pytest plugin that keeps the outcome of each test; a fixture that fails is an error, no proof."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: list[str] = []
        self.error = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)
        elif report.when == "call" and report.failed:
            self.failed.append(report.nodeid)
        elif report.failed:
            self.error = str(report.longrepr)[-600:]

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.error = str(report.longrepr)[-600:]


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The files of the project, compiled languages included, in a folder that is gone afterwards."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    listed += [path.relative_to(ROOT).as_posix() for path in (ROOT / "locales").rglob("*.mo")]
    with tempfile.TemporaryDirectory(prefix="mutations-") as name:
        tree = Path(name) / "tree"
        for line in listed:
            if (ROOT / line).is_file():
                (tree / line).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / line, tree / line)
        yield tree


@contextmanager
def applied(mutation: Mutation, tree: Path) -> Iterator[None]:
    """The copy with one mutation in it."""
    path = tree / mutation.file
    text = path.read_text("utf-8")
    if text.count(mutation.text) != 1:
        raise ValueError(f"{mutation.rule}: its text stands {text.count(mutation.text)} times in {mutation.file}")
    before = path.stat()
    path.write_text(text.replace(mutation.text, mutation.mutated), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # its bytecode holds again


def run(tests: list[str], tree: Path, *, template: Path | None, keep_bytecode: bool = False) -> Run:
    """These tests in the copy. Bytecode is kept only of the unchanged tree: a mutation may have its size and second."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _answer(tests, tree, template, keep_bytecode, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if not said:
        return Run((), (), f"ended without an answer (status {status})")
    found = json.loads(said)
    return Run(tuple(found["passed"]), tuple(found["failed"]), found["error"])


def _answer(tests: list[str], tree: Path, template: Path | None, keep_bytecode: bool, writing: int) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS) if not keep_bytecode else (-1, -1))
    os.chdir(tree)
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "clinic_app", "appliance")]:
        del sys.modules[name]
    sys.dont_write_bytecode = not keep_bytecode
    if template is not None:
        os.environ["CLINIC_TEMPLATE"] = str(template)
    recorder = _Recorder()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[recorder])
    if code not in (0, 1) and not recorder.error:
        recorder.error = f"pytest ended with {code}"
    answer = {"passed": recorder.passed, "failed": recorder.failed, "error": recorder.error}
    with os.fdopen(writing, "w", encoding="utf-8") as out:
        out.write(json.dumps(answer))
    os._exit(0)
