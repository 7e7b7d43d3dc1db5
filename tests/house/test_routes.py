"""The table route x right x menu x idempotency, walked from the router; tests/golden/routes.txt is its agreed state."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import rights
from clinic_app.web.access import DRAFT, ONCE, PUBLIC, READS, SESSION, SIGNED_IN
from tests.conftest import Browser, Clinic

GOLDEN = Path(__file__).parents[1] / "golden" / "routes.txt"
UNKNOWN_ID = "0" * 31 + "7"


def routes(app: Any) -> list[tuple[str, str, Any]]:
    """(rule, method, view) of every route but static files."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            found.append((rule, method, app.view_functions[rule.endpoint]))
    return sorted(found, key=lambda one: (one[0].rule, one[1]))


def address(rule: Any) -> str:
    """A URL of the rule with ids that belong to nobody."""
    return rule.build({name: _of(converter) for name, converter in rule._converters.items()})[1]


def _of(converter: Any) -> Any:
    kind = type(converter).__name__
    if kind == "IdConverter":
        return bytes.fromhex(UNKNOWN_ID)
    return sorted(converter.items)[0] if kind == "AnyConverter" else 1


def test_every_route_declares_its_access(app: Any) -> None:
    silent = [rule.rule for rule, _method, view in routes(app) if not hasattr(view, "access")]
    assert silent == []


def test_every_declared_right_exists(app: Any) -> None:
    known = rights.known() | {PUBLIC, SIGNED_IN}
    assert [rule.rule for rule, _method, view in routes(app) if view.access.right not in known] == []


def test_a_get_writes_nothing_and_a_post_says_how_it_is_kept_from_acting_twice(app: Any) -> None:
    wrong = []
    for rule, method, view in routes(app):
        writes = view.access.writes
        if method == "GET" and writes not in (READS, SESSION):
            wrong.append(f"GET {rule.rule} writes {writes}")
        if method == "POST" and writes not in (ONCE, DRAFT, SESSION, READS):
            wrong.append(f"POST {rule.rule} says {writes}")
    assert wrong == []


def test_menu_entries_are_declared_on_both_sides(app: Any, clinic: Clinic) -> None:
    listed = {item.endpoint for module in clinic.modules for item in module.menu}
    marked = {rule.endpoint for rule, _method, view in routes(app) if view.access.in_menu}
    assert listed == marked


def test_the_table_is_the_agreed_one(app: Any) -> None:
    """A new or changed route shows here; CLINIC_GOLDEN=write writes the table anew, to be read in the diff."""
    roles_of = {
        right: sorted(role for role in rights.ROLES if right in rights.of_roles(frozenset({role})))
        for right in rights.known()
    }
    lines = []
    for rule, method, view in routes(app):
        access = view.access
        roles = ",".join(roles_of.get(access.right, ["-"]))
        flags = " ".join(word for word, on in (("menu", access.in_menu), ("poll", access.is_poll)) if on)
        lines.append(f"{method:4} {rule.rule}  [{access.right}] {access.writes} {flags} ({roles})".rstrip())
    text = "\n".join(lines) + "\n"
    if os.environ.get("CLINIC_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, "utf-8")
    assert GOLDEN.read_text("utf-8") == text


def test_strangers_are_sent_to_the_sign_in_page(app: Any) -> None:
    client = app.test_client()
    for rule, method, view in routes(app):
        if view.access.right == PUBLIC:
            continue
        answer = client.open(address(rule), method=method)
        expected = (303,) if method == "GET" else (401, 403)
        assert answer.status_code in expected, f"{method} {rule.rule} answers a stranger {answer.status_code}"


@pytest.mark.parametrize("role", rights.ROLES)
def test_each_role_gets_only_its_own_routes(role: str, app: Any, browser_as: Callable[..., Browser]) -> None:
    """Wrong role: 403 and nothing else. Right role with a foreign id: never a fault, never a page of somebody."""
    browser = browser_as(role)
    mine = rights.of_roles(frozenset({role}))
    for rule, method, view in routes(app):
        access = view.access
        if access.writes == SESSION or access.right == PUBLIC:
            continue
        url = address(rule)
        answer = browser.get(url) if method == "GET" else browser.post(url)
        if access.right != SIGNED_IN and access.right not in mine:
            assert answer.status_code == 403, f"{role} {method} {rule.rule}: {answer.status_code}"
        else:
            assert answer.status_code < 500, f"{role} {method} {rule.rule}: {answer.status_code}"
            if "<id:" in rule.rule and access.writes == ONCE:
                assert answer.status_code >= 400, f"{role} {method} {rule.rule} accepts an unknown id"


def test_a_keyed_command_without_its_key_is_refused(
    app: Any, browser_as: Callable[..., Browser], clinic: Clinic
) -> None:
    """M6: no key, no command. What is refused for another reason first is refused all the same."""
    from clinic_app.kernel import db

    before = db.value("SELECT count(*) FROM once")
    for role in rights.ROLES:
        browser = browser_as(role)
        for rule, method, view in routes(app):
            if method == "POST" and view.access.writes == ONCE:
                assert browser.post(address(rule), once="").status_code in (403, 404, 409, 422), rule.rule
    assert db.value("SELECT count(*) FROM once") == before


def test_a_view_without_a_declaration_is_never_answered(app: Any, browser_as: Callable[..., Browser]) -> None:
    """Negative control of the walk: an undeclared route is denied to everybody."""
    browser = browser_as("administrator")
    app.view_functions["bare"] = lambda: "bare"
    app.url_map.add(app.url_rule_class("/bare", endpoint="bare"))
    assert browser.get("/bare").status_code == 403
