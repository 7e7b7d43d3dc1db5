"""Serving on loopback with waitress; SIGTERM finishes the requests at hand."""

import signal
import threading
from collections.abc import Callable
from typing import Any

from waitress.server import create_server

from clinic_app.web.security import LARGEST_BODY


class Site:
    """A WSGI callable whose application can be exchanged once, from first run to clinic."""

    def __init__(self, application: Callable[..., Any]):
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return self.application(environ, start_response)


def serve(site: Site, port: int, threads: int, ready: Callable[[], None]) -> None:
    """Answer on 127.0.0.1 until SIGTERM or Ctrl+C, then finish what is being answered."""
    server = create_server(
        site,
        host="127.0.0.1",
        port=port,
        threads=threads,
        ident="",
        max_request_body_size=LARGEST_BODY + 65536,
        max_request_header_size=32768,
        channel_timeout=60,
        clear_untrusted_proxy_headers=True,
    )

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
    ready()
    server.run()
