"""The frame of a page is its own: no value of a view takes the place of the signed-in person, the menu or the chips."""

import ast

import pytest
from flask import g

from clinic_app.web import context, pages
from tests.house.source import sources


@pytest.mark.parametrize("name", sorted(pages.TAKEN))
def test_a_value_named_as_one_of_the_frame_is_refused(app, name):
    with app.test_request_context("/"):
        g.session = None
        for draw, more in ((pages.page, {}), (pages.answer, {"toast": ""})):
            if draw is pages.answer and name == "toast":
                continue
            with pytest.raises(ValueError, match=f"would hide {name} "):
                draw("components/_todo.html", **more, **{name: "x"})
        assert pages.page("components/_todo.html", todo=[], own_id="x").status_code == 200


def test_every_taken_name_is_one_that_the_frame_is_given(app):
    with app.test_request_context("/"):
        g.session = None
        assert context._of_request().keys() >= pages.TAKEN


def test_no_view_gives_a_page_a_name_of_the_frame():
    found = [
        f"{source.path}:{call.lineno} {word.arg}"
        for source in sources()
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("page", "answer")
        for word in call.keywords
        if word.arg in pages.TAKEN and not (call.func.attr == "answer" and word.arg == "toast")
    ]
    assert found == []


def test_the_top_bar_of_the_tills_lists_names_who_is_signed_in(browser_as, clinic):
    manager = browser_as("manager")
    name = clinic.actor("manager").name
    for at in ("months", "days", "shifts", "approvals"):
        assert f"<b>{name}</b>" in manager.get(f"/charging/{at}").text, at


def test_who_may_see_every_desk_begins_with_the_own_page(app, clinic):
    with app.test_request_context("/"):
        first = [app.config["MENU"](clinic.actor(role), None)[0] for role in ("manager", "cashier", "nurse")]
    assert [one["endpoint"] for one in first] == ["reports.dashboard", "visits.registration", "treatments.index"]
    assert {one["key"] for one in first} == {"Alt+1"}


@pytest.mark.parametrize(
    ("role", "page", "entry"),
    [
        ("registrar", "visits.of_person", "patients.index"),
        ("doctor", "consultation.records", "patients.index"),
        ("registrar", "visits.missed_appointments", "visits.appointments"),
        ("manager", "charging.books", "charging.days"),
        ("cashier", "charging.books", "charging.pending"),
        ("auditor", "checks.readings", "checks.trail"),
    ],
)
def test_a_page_stands_under_the_entry_it_belongs_to(role, page, entry, app, clinic):
    """Where that entry is not seen, under the first one of the page's own subject."""
    with app.test_request_context("/"):
        menu = app.config["MENU"](clinic.actor(role), page)
    assert [one["endpoint"] for one in menu if one["current"]] == [entry]
    assert page in app.view_functions
