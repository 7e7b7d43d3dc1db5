"""Every page of every record that a full day leaves behind, half done, withdrawn or voided: a page or a sentence."""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import jinja2
import pytest

from clinic_app.kernel import clock, db, parameters, rights
from clinic_app.modules.charging.views import pages_of, words
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.laboratory import services as laboratory
from clinic_app.modules.visits import services as visit_services
from tests import visit
from tests.browser import screens, states
from tests.conftest import Browser, Clinic
from tests.house.test_routes import routes
from tests.modules.treatments.conftest import Case

ENDS_THE_SESSION = {"people.sign_out", "people.lock"}
TABLES = {
    "item_id": ("drug", "service_item"), "other_id": ("patient",), "line_id": ("request_line", "prescription_line"),
}  # fmt: skip
"""Of the parameters that are not called after their table."""
NOTHING, MOST = bytes(16), 20


@pytest.fixture
def full(clinic: Clinic) -> Clinic:
    """All that the screens are looked at in, and what no screen needs: given back, cancelled, voided."""
    states.prepare_states(clinic, screens.prepare(clinic))
    cancelled, called, passed = (visit.arrive(clinic)["visit_id"] for _ in range(3))
    visit.run(clinic, "registrar", lambda uow: visit_services.cancel_visit(uow, cancelled, "Came to the wrong place"))
    visit.run(clinic, "doctor", lambda uow: visit_services.call_visit(uow, called))
    visit.run(clinic, "doctor", lambda uow: visit_services.pass_visit(uow, passed))
    paid = visit.arrive(clinic)["visit_id"]
    visit.consult(clinic, paid)
    visit.void(clinic, visit.pay(clinic, paid)["bill_id"])
    one = Case(clinic, visit.arrive(clinic)["visit_id"], b"")
    one.run("doctor", consultation.start, one.visit_id)
    one.ask("S0015")
    one.ask("S0018")
    one.sign()
    blood, heart = requests.requests_of_visit(one.visit_id)
    one.run("doctor", consultation.withdraw_request, heart.id, "Not needed")
    one.pay()
    (line,) = requests.request_lines(blood.id)
    report = one.run("nurse", laboratory.collect, line.id, specimen="")
    one.run("nurse", laboratory.cancel, bytes.fromhex(report["report_id"]), "Clotted")
    clinic.run(
        clinic.actor("manager"),
        lambda uow: parameters.change(uow, "consultation.amendment_needs_approval", True, uow.on, "Decided"),
        quiet=True,
    )  # fmt: skip
    visit.run(clinic, "doctor", lambda uow: consultation.amend(uow, one.visit_id, "A word is missing"))
    return clinic


def ids_of(parameter: str) -> list[bytes]:
    """The ids of every row that the parameter may name, and one that names none."""
    names = db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    wanted = TABLES.get(parameter) or tuple(
        name for (name,) in names if name == parameter.removesuffix("_id") or name.endswith(f"_{parameter[:-3]}")
    )
    found = [row[0] for table in wanted for row in db.rows(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT {MOST}")]
    return [*{one for one in found if isinstance(one, bytes) and len(one) == 16}, NOTHING]


def addresses(rule: Any) -> list[str]:
    """One address for each id; where a page names two records, each of the first with the first of the second."""
    ids = [name for name, converter in rule._converters.items() if type(converter).__name__ == "IdConverter"]
    others = {name: other(converter) for name, converter in rule._converters.items() if name not in ids}
    if not ids:
        return [str(rule.build(others)[1])]
    rest = {name: ids_of(name)[0] for name in ids[1:]}
    return [str(rule.build({**others, **rest, ids[0]: one})[1]) for one in ids_of(ids[0])]


def other(converter: Any) -> Any:
    """A value for a part of an address that is no id."""
    if type(converter).__name__ in ("RowConverter", "IntegerConverter"):
        return 1
    return sorted(getattr(converter, "items", {"drugs"}))[0]


MAY_LACK = {("Banner", "number"), ("Banner", "place"), ("tuple", 2)}
"""What a component draws of those records that have it."""


class Lacking(jinja2.Undefined):
    """Raises where a template asks a record for what no such record has: it would be drawn as nothing, for ever."""

    def __init__(self, hint: Any = None, obj: Any = jinja2.runtime.missing, name: Any = None, **more: Any) -> None:
        super().__init__(hint, obj, name, **more)
        is_record = obj is not jinja2.runtime.missing and not hasattr(obj, "items") and obj is not None
        if is_record and not isinstance(obj, jinja2.Undefined) and (type(obj).__name__, name) not in MAY_LACK:
            self._fail_with_undefined_error()

    def __eq__(self, other: object) -> bool:
        """A name that nobody gave is no other value either: the comparison would be the same for every record."""
        if self._undefined_obj is jinja2.runtime.missing:
            self._fail_with_undefined_error()
        return super().__eq__(other)

    __hash__ = jinja2.Undefined.__hash__


def asked_for(app: Any, browser_as: Callable[..., Browser], roles: Iterable[str]) -> tuple[dict[Any, Any], int]:
    """What was answered with a fault, by page and role, and how many pages were asked for."""
    wrong, tried = {}, 0
    for role in roles:
        browser, mine = browser_as(role), rights.of_roles(frozenset({role}))
        for rule, method, view in routes(app):
            may = view.access.right not in rights.known() or view.access.right in mine
            if method != "GET" or not may or rule.endpoint in ENDS_THE_SESSION:
                continue
            for url in addresses(rule):
                tried += 1
                answer = browser.client.get(url)
                if answer.status_code >= 500:
                    wrong[rule.endpoint, role] = (url, answer.status_code)
    return wrong, tried


@pytest.mark.usefixtures("full")
def test_every_record_in_every_state_has_a_page_or_a_sentence(
    app: Any, browser_as: Callable[..., Browser], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.CRITICAL, logger="clinic.access")
    monkeypatch.setattr(app.jinja_env, "undefined", Lacking)
    wrong, tried = asked_for(app, browser_as, rights.ROLES)
    assert wrong == {}
    assert tried > 1_000


@pytest.mark.parametrize("asked", ["{{ one.spelt_wrong or '' }}", "{% if nobody_gave != 'this' %}drawn{% endif %}"])
def test_negative_control_what_a_record_has_not_and_what_nobody_gave_is_found(asked: str) -> None:
    with pytest.raises(jinja2.UndefinedError):
        jinja2.Environment(undefined=Lacking).from_string(asked).render(one=clock.today())


@pytest.mark.usefixtures("full")
def test_negative_control_a_page_that_takes_an_open_shift_for_a_closed_one_is_found(
    app: Any, browser_as: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = app.view_functions["charging.ask_hand_in"]

    @wraps(whole)
    def without_a_look(shift_id: bytes) -> Any:
        return words.since(pages_of.shift_or_missing(shift_id).closed_at)

    monkeypatch.setitem(app.view_functions, "charging.ask_hand_in", without_a_look)
    wrong, _tried = asked_for(app, browser_as, ("manager",))
    assert set(wrong) == {("charging.ask_hand_in", "manager")}
