"""htmx on Flask: the request object of htmx-flask with our own limits on top."""

from flask import Flask
from htmx_flask import Htmx, HtmxAwareRequest


class ClinicRequest(HtmxAwareRequest):  # type: ignore[misc]
    """Bounded form parsing: many or huge fields are refused before they cost memory."""

    max_form_parts = 2_000
    max_form_memory_size = 2 * 1024 * 1024


def install(app: Flask) -> None:
    Htmx(app)
    app.request_class = ClinicRequest
