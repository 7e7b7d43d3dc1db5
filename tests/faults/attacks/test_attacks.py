"""The attack list on a real server over HTTP: all refused, no fault, nothing of anybody else; holes made on purpose are
found.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.attacks import attack_list, raw_http
from tests.faults.attacks.attack_list import ATTACKS
from tests.faults.attacks.holed import HOLES
from tests.faults.attacks.report import LONGEST_HEADER, MARKUP, Report
from tests.faults.attacks.target import Target, attacked
from tests.faults.attacks.wire import Answer

SHARE, CONTROL_SHARE, SEED = 0.06, 0.03, 5
OF_FEW = {"elsewhere": 0.3}
"""Where few forms let a stranger in who has no hole but this one, more of them are tried."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    holes = tuple(hole for hole in HOLES if hole != "innards")
    with attacked(tmp_path_factory.mktemp("holed"), holes=holes) as running:
        yield running


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_is_refused_and_nothing_comes_out(
    name: str, target: Target, figure: Callable[[str], None]
) -> None:
    report = Report()
    ATTACKS[name](target, report, random.Random(SEED), SHARE)
    figure(f"attacks, {name}: {str(report).splitlines()[0]}")
    assert report.bad == []


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("files and races", "41 formulas"), ("who may", "2 with a role"),
        ("whose it is", "3 closed charts, by address"),
        ("elsewhere", "23 a form of another site"), ("elsewhere", "27 Host"), ("bytes", "73 200 who never finish"),
    ],
)  # fmt: skip
def test_negative_control_a_hole_made_on_purpose_is_found(name: str, row: str, holed: Target) -> None:
    report = Report()
    ATTACKS[name](holed, report, random.Random(SEED), OF_FEW.get(name, CONTROL_SHARE))
    assert [text for text in report.bad if text.startswith(row)] != []


def test_negative_control_what_no_answer_may_hold_is_found() -> None:
    report = Report()
    html = (("Content-Type", "text/html; charset=utf-8"),)
    for answer in (
        Answer(500), Answer(0), Answer(200, html, MARKUP.encode()), Answer(303, (("Location", "//evil.test"),)),
        Answer(200, html, b"Traceback (most recent call last)"), Answer(200, (("X-Evil", "1"),)),
        Answer(200, html, "别人".encode()), Answer(200), Answer(303, (("Location", "/" * (LONGEST_HEADER + 1)),)),
    ):  # fmt: skip
        report.tried("row", "there", answer, must_refuse=True, foreign=("别人",))
    assert len(report.bad) == report.tries == 9


def test_two_answers_to_one_request_would_be_seen(target: Target) -> None:
    """Negative control of the smuggled ones: a request that is really asked for is answered, and told by its text."""
    wire = target.wire("administrator")
    sent = f"GET /people HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nCookie: session={wire.cookies['session']}\r\n\r\n"
    answers = raw_http.raw(target.port, sent.encode() * 2)
    assert len(answers) == 2 and all("王慧" in one.text for one in answers)


@pytest.mark.browser
def test_nothing_runs_on_screens_whose_every_text_is_hostile(tmp_path: Path) -> None:
    assert attack_list.on_every_screen(tmp_path, 9).bad == []


@pytest.mark.browser
def test_negative_control_without_escaping_it_is_seen(tmp_path: Path) -> None:
    assert attack_list.on_every_screen(tmp_path, 40, holes=("escaping",)).bad != []
