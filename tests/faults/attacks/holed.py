"""The product with holes made on purpose: what the attacks must find. Run as a server in place of the product's own."""

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from appliance import server
from appliance.cli import main
from clinic_app.kernel import rights
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.reports.rules import cells
from clinic_app.web import access, commands, security
from clinic_app.web import errors as pages_of_errors


def _let_pass(*_given: Any, **_named: Any) -> None:
    return None


def no_rights() -> None:
    rights.require = _let_pass
    access.rights.require = _let_pass  # type: ignore[attr-defined]


def open_charts() -> None:
    from clinic_app.kernel import ports
    from clinic_app.modules.consultation import services as consultation
    from clinic_app.modules.consultation.queries import care

    for owner in (patients, patient_services):
        for name in ("is_chart_closed", "refuse_restricted"):
            if hasattr(owner, name):
                setattr(owner, name, _let_pass)
    care.is_closed = lambda *_given: False  # type: ignore[assignment]
    consultation.refuse_closed = _let_pass
    ports.Ports.chart_guard = property(lambda _self: None, lambda _self, _value: None)  # type: ignore[assignment, misc]


def any_site() -> None:
    security.check_origin = _let_pass


def any_host() -> None:
    security.check_host = _let_pass


def no_escaping() -> None:
    make = Flask.create_jinja_environment

    def create(self: Flask) -> Any:
        env = make(self)
        env.autoescape = False
        return env

    Flask.create_jinja_environment = create  # type: ignore[method-assign]


def any_field() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("clinic_app.modules") and hasattr(module, "known_fields"):
            module.known_fields = _let_pass  # type: ignore[attr-defined]
    commands.known_fields = _let_pass


def formulas() -> None:
    from clinic_app.modules.reports import documents

    cells.safe_cell = documents.safe_cell = lambda value: value if value is not None else ""  # type: ignore[assignment]


def talks_of_its_innards() -> None:
    def told(err: Exception) -> Any:
        import traceback

        return "".join(traceback.format_exception(err)), 500

    pages_of_errors.refused = pages_of_errors.unexpected = told  # type: ignore[assignment]


def few_doors() -> None:
    """As many connections as the web server allows by itself."""
    server.CONNECTIONS = 100


HOLES: dict[str, Callable[[], None]] = {
    "rights": no_rights, "charts": open_charts, "sites": any_site, "hosts": any_host, "escaping": no_escaping,
    "fields": any_field, "formulas": formulas, "innards": talks_of_its_innards, "doors": few_doors,
}  # fmt: skip


if __name__ == "__main__":
    wanted, *words = sys.argv[1:]
    for hole in wanted.split(","):
        HOLES[hole]()
    sys.exit(main(words))
