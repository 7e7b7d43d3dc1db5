"""Making templates cheap to draw: what the template engine does again for each request and need not."""

from typing import Any

from flask import Flask
from jinja2 import Template


class ClinicTemplate(Template):
    """Macros are the same for every page: templates here are never given globals of their own."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        # The engine compares all globals by name at every import to find out that nothing differs.
        if self._module is None:
            self._module = self.make_module()
        return self._module


def install(app: Flask) -> None:
    env = app.jinja_env
    env.template_class = ClinicTemplate
    env.cache = {}  # all templates together are small; the usual cache of the newest 400 locks and reorders at each use
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]  # no view is a coroutine


def _as_it_is(function: Any) -> Any:
    return function
