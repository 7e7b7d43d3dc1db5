"""A desk that works on: `python -m tests.lan.visitor HOST PORT SECONDS` says how long each of its requests took.

Every third one comes over a fresh connection, so that a full door is noticed as well as a slow one. TLS is asked for
when a file with the authority's certificate is given as a fourth word; else plain HTTP.
"""

import http.client
import json
import ssl
import sys
import time
from pathlib import Path

PAUSE = 0.05
PATIENCE = 3.0


def visit(host: str, port: int, seconds: float, authority: bytes = b"") -> tuple[list[float], int]:
    """Milliseconds of each request, and how many got no answer."""
    context = ssl.create_default_context(cadata=authority) if authority else None
    took: list[float] = []
    failed, until, line = 0, time.monotonic() + seconds, None
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            if line is None:
                line = _connected(host, port, context)
            line.request("GET", "/pair")
            answer = line.getresponse()
            answer.read()
            assert answer.status in (200, 303), answer.status
            took.append((time.monotonic() - began) * 1000)
        except (OSError, http.client.HTTPException):
            failed, line = failed + 1, None
        if line is not None and len(took) % 3 == 0:
            line.close()
            line = None
        time.sleep(PAUSE)
    return took, failed


def _connected(host: str, port: int, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if context is None:
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)


def p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)] if took else float("inf")


if __name__ == "__main__":
    authority = Path(sys.argv[4]).read_bytes() if len(sys.argv) > 4 else b""
    print(json.dumps(visit(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), authority)))
