"""A clinic's network in miniature: PCs as network namespaces on one switch, each with its own address and loopback."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETWORK = "10.77.3"
_made = itertools.count()
NAMES = ("clinic", "village", "stranger")


class Impossible(Exception):
    """Namespaces cannot be made here; the message says why."""


@dataclass
class Pc:
    """One PC: `run` and `start` do something on it; `browser` is a Chromium that sits there."""

    name: str
    space: str
    address: str
    room: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def inside(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.space, *command]

    def run(self, *command: str, check: bool = True) -> str:
        """A command to its end; what it said."""
        return _run(*self.inside(*command), check=check)

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[str]":
        """A command that goes on; ended with the network at the latest."""
        made = subprocess.Popen(
            self.inside(*command), cwd=ROOT, env={**os.environ, **environment}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.started.append(made)
        return made

    def python(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        return self.start(sys.executable, *words, **environment)

    def browser(self, *, hosts: dict[str, str] | None = None, authority: bytes = b"") -> str:
        """The path of a program that is Chromium on this PC: it knows these names and, if given, trusts this file."""
        home = self.room / f"browser-{self.name}"
        shutil.rmtree(home, ignore_errors=True)
        (home / "policies" / "managed").mkdir(parents=True)
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in (hosts or {}).items())]
        (home / "hosts").write_text("\n".join(lines) + "\n")
        trusted = {"CACertificates": [base64.b64encode(authority).decode()]} if authority else {}
        (home / "policies" / "managed" / "clinic.json").write_text(json.dumps(trusted))
        program, know = home / "chromium", f"mount --bind {home}/hosts /etc/hosts && mount --bind {home} /etc/chromium"
        program.write_text(
            "#!/bin/sh\n"
            f"exec ip netns exec {self.space} sh -c '{know} && exec chromium \"$@\"' sh \"$@\"\n"
        )
        program.chmod(0o755)
        return str(program)


@dataclass
class Network:
    clinic: Pc
    village: Pc
    stranger: Pc


def reason_against() -> str:
    """Why no network can be made here; empty where one can."""
    if not sys.platform.startswith("linux") or not shutil.which("ip"):
        return "network namespaces need Linux and iproute2"
    name = f"try{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"network namespaces need root and CAP_NET_ADMIN: {tried.stderr.strip()[:120]}"
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return ""


@contextmanager
def network(room: Path) -> Iterator[Network]:
    """Three PCs on a switch; raises Impossible where that cannot be had."""
    if why := reason_against():
        raise Impossible(why)
    tag = f"{os.getpid() % 100_000}{next(_made)}"
    switch = f"xw{tag}"
    pcs = [Pc(name, f"x{name[0]}{tag}", f"{NETWORK}.{place}", room) for place, name in enumerate(NAMES, 1)]
    try:
        _run("ip", "netns", "add", switch)
        _run("ip", "-n", switch, "link", "add", "switch", "type", "bridge")
        _run("ip", "-n", switch, "link", "set", "switch", "up")
        for pc in pcs:
            _plug_in(pc, switch)
        yield Network(*pcs)
    finally:
        for pc in pcs:
            for one in pc.started:
                if one.poll() is None:
                    one.kill()
                one.wait()
        for space in (*(pc.space for pc in pcs), switch):
            _run("ip", "netns", "delete", space, check=False)


def _plug_in(pc: Pc, switch: str) -> None:
    _run("ip", "netns", "add", pc.space)
    end = f"v{pc.space}"
    _run("ip", "link", "add", "lan0", "netns", pc.space, "type", "veth", "peer", "name", end, "netns", switch)
    _run("ip", "-n", switch, "link", "set", end, "master", "switch", "up")
    _run("ip", "-n", pc.space, "address", "add", f"{pc.address}/24", "dev", "lan0")
    for device in ("lo", "lan0"):
        _run("ip", "-n", pc.space, "link", "set", device, "up")


def _run(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if check and done.returncode:
        raise Impossible(f"{' '.join(command)}: {done.stderr.strip()[:200]}")
    return done.stdout
