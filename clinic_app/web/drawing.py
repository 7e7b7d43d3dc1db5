"""Making templates cheap to draw: what the template engine does again for each request and need not."""

from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.runtime import Context, Macro

PLAIN_KINDS = frozenset({"function", "method", "builtin_function_or_method", "method_descriptor"})


class ClinicTemplate(Template):
    """Macros are the same for every page: templates here are never given globals of their own."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        # The engine compares all globals by name at every import to find out that nothing differs.
        if self._module is None:
            self._module = self.make_module()
        return self._module


class ClinicContext(Context):
    """Calls what templates call: functions of ours, which want no context, and macros."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # as the engine names them
        """The engine asks each function in five ways whether it wants the context; here its kind tells."""
        kind = type(__obj)
        if kind is Macro:
            args = (__self.eval_ctx, *args)
        elif kind.__name__ not in PLAIN_KINDS or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


def install(app: Flask) -> None:
    env = app.jinja_env
    env.template_class = ClinicTemplate
    env.context_class = ClinicContext
    env.cache = {}  # all templates together are small; the usual cache of the newest 400 locks and reorders at each use
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]  # no view is a coroutine


def _as_it_is(function: Any) -> Any:
    return function
