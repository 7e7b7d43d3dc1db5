"""Templates are drawn with a shorter way to call: the same pages, and as safe."""

from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, pass_context


@pytest.fixture
def environment(app: Flask) -> Environment:
    return app.jinja_env


def test_every_kind_of_output_is_escaped(environment: Environment) -> None:
    source = (
        "{% macro cell(x) %}<td>{{ x }}{{ caller() if caller }}</td>{% endmacro %}"
        "{% set piece %}{{ bad }}{% endset %}"
        "{{ bad }}{{ bad ~ '<' }}{{ cell(bad) }}{% call cell(bad) %}{{ bad }}{% endcall %}{{ piece }}{{ bad|upper }}"
        "{% for one in [bad] %}{{ loop.index }}{{ one }}{{ loop.cycle('<', '>') }}{% endfor %}"
    )
    drawn = environment.from_string(source).render(bad="<q>")
    assert "<q>" not in drawn.lower() and drawn.count("&lt;q&gt;") == 7 and drawn.count("&LT;Q&GT;") == 0
    assert "<td>" in drawn and "&lt;Q&gt;" in drawn


def test_a_function_that_wants_the_context_still_gets_it(environment: Environment) -> None:
    @pass_context
    def name_of(context: Any, key: str) -> str:
        return str(context[key])

    source = "{{ name_of('a') }}{% for _ in [1] %}{% set b = 1 %}{{ name_of('b') }}{% endfor %}{{ f.join(['<']) }}"
    template = environment.from_string(source)
    assert template.render(name_of=name_of, a="<", f="x") == "&lt;1&lt;"
