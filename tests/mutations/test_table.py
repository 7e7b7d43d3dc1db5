"""The table holds: each text stands where it says, each test carries the rule, each rule has a row."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.mutations.rows import ROOT, Mutation, mutations

RULES = re.compile(r"(ID|VS|OR|RX|QT|ST|IN|FE|PH)-\d\d[a-z]?")
"""The families of the domain guide that the outpatient clinic builds."""
WITHOUT_A_ROW = frozenset({"PH-02", "PH-03", "PH-04", "PH-15", "PH-16", "PH-19", "QT-12"})
"""Marked where a test touches them; built, and then broken here, with the store and the wards."""


@cache
def marks_of(path: str) -> dict[str, frozenset[str]]:
    """The rule ids of each test function of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    whole = [node.value for node in tree.body if isinstance(node, ast.Assign) and _names(node) == ["pytestmark"]]
    return {
        node.name: frozenset(_ids([*node.decorator_list, *whole]))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _ids(decorators: list[ast.expr]) -> list[str]:
    calls = [one for one in decorators if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.rule"]
    return [arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)]


def test_each_text_stands_once_in_its_file_and_becomes_another() -> None:
    wrong = [
        f"{row.rule} {row.file}: {row.text!r} stands {count} times"
        for row in mutations()
        if (count := (ROOT / row.file).read_text("utf-8").count(row.text)) != 1 or row.text == row.mutated
    ]
    assert wrong == []


@pytest.mark.parametrize("row", mutations(), ids=lambda row: f"{row.rule}-{row.file.rsplit('/')[-1]}")
def test_each_test_that_must_notice_carries_the_rule(row: Mutation) -> None:
    assert row.tests
    for test in row.tests:
        path, _, name = test.partition("::")
        assert row.rule in marks_of(path).get(name, frozenset()), f"{test} is not marked {row.rule}"


def test_each_rule_with_a_test_has_a_row() -> None:
    marked = {
        rule
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for ids in marks_of(path.relative_to(ROOT).as_posix()).values()
        for rule in ids
        if RULES.fullmatch(rule)
    }
    assert marked - {row.rule for row in mutations()} == WITHOUT_A_ROW


def test_no_mutation_stands_there_twice() -> None:
    twice = Counter((row.rule, row.file, row.text, row.mutated) for row in mutations())
    assert [row for row, count in twice.items() if count > 1] == []
