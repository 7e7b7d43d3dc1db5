"""The addresses under which other PCs can reach this one."""

import ipaddress
import re
import socket
import sys
from pathlib import Path

FORWARDING = Path("/proc/net/fib_trie")  # Linux: every address of this PC, whatever it is called
LOCAL = re.compile(r"\|-- ([\d.]+)\n\s+/32 host LOCAL")
SOMEWHERE = ("192.0.2.1", 9)  # reserved for examples; nothing is ever sent there


def own_addresses() -> tuple[str, ...]:
    """IPv4 addresses of this PC without loopback: first the one that leads out, then by number."""
    found = {one for one in _all() if not ipaddress.ip_address(one).is_loopback}
    usual = _usual()
    return tuple(sorted(found, key=lambda one: (one != usual, ipaddress.ip_address(one))))


def _all() -> set[str]:
    if sys.platform == "linux":
        try:
            return set(LOCAL.findall(FORWARDING.read_text("ascii")))
        except (OSError, UnicodeDecodeError):
            return {_usual()} - {""}
    try:
        return {str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return {_usual()} - {""}


def _usual() -> str:
    """The address from which this PC would talk to the outside; choosing a way sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            return ""
