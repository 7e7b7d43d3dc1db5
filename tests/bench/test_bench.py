"""The bench measures what it says: script, forms, percentiles and copied rows are right; a visit over HTTP succeeds."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.bench import figures, report, rows, running
from tests.bench.clinics import furnish
from tests.bench.options import options
from tests.bench.screen import NotOnPage, Screen
from tests.bench.script import KINDS, STEPS, kept, read_script
from tests.bench.server import Server

FORM = """<form id="f" method="post" action="/x"><input type="hidden" name="once" value="k&amp;1">
<input type="checkbox" name="line" id="a" value="1"><input type="radio" name="room" value="r1" checked>
<select name="route" id="route"><option value="">-</option><option value="po" selected>口服</option></select>
<textarea name="plan" id="plan">\n多饮水</textarea></form>
<input name="beside" form="f" value="yes"><input name="other" value="no">
<ul id="found"><li data-value="甲" data-fill-dose="2">甲药</li></ul>
<input id="q" name="q" aria-controls="found"><div id="pane">old</div><b id="count">1</b>"""


def test_percentiles_are_of_the_nearest_rank() -> None:
    hundred = [float(n) for n in range(100, 0, -1)]
    assert [figures.percentile(hundred, share) for share in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert figures.percentile([7.0], 99) == 7.0
    assert figures.percentile([], 95) is None


def test_the_script_is_a_whole_visit_with_known_words() -> None:
    requests = read_script().requests
    assert [step for step in STEPS if any(one.step == step for one in requests)] == list(STEPS)
    assert {one.kind for one in requests} == set(KINDS)
    assert sum(one.name.startswith("drug") and one.kind == "write" for one in requests) == 3


def test_a_script_with_a_wrong_word_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "visit.toml"
    request = '[start]\ndoctor = "/"\n[[request]]\nstep = "consult"\nby = "doctor"\nkind = "page"\nname = "x"\n'
    for wrong in ('open = "/"\nsee = true\n', 'clik = "#x"\n', ""):
        file.write_text(request + wrong, "utf-8")
        with pytest.raises(ValueError, match="request 1"):
            read_script(file)


def test_what_is_kept_may_name_what_was_kept_before() -> None:
    assert kept(r'no">$queue</span><a id="(\w+)"', '<span class="no">12</span><a id="w7">', {"queue": "12"}) == "w7"
    assert kept(r"号(\d+)", "nothing", {}) == ""


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    screen = Screen(FORM)
    form = screen.element("f")
    assert dict(screen.fields(form)) == {"once": "k&1", "room": "r1", "route": "po", "plan": "多饮水", "beside": "yes"}
    screen.typed = {"a": "on", "plan": "休息"}
    sent = dict(screen.fields(form))
    assert (sent["line"], sent["plan"], sent["room"]) == ("1", "休息", "r1")
    screen.pick("found", "甲药")
    assert (screen.typed["q"], screen.typed["dose"]) == ("甲", "2")
    with pytest.raises(NotOnPage):
        screen.element("missing")


def test_an_answer_goes_where_htmx_would_put_it() -> None:
    screen = Screen(FORM)
    screen.swap("pane", "innerHTML", '<p id="new">fresh</p><b id="count" hx-swap-oob="true">2</b>')
    assert '<div id="pane"><p id="new">fresh</p></div><b id="count" hx-swap-oob="true">2</b>' in screen.text


def test_a_copied_visit_has_its_own_ids_and_numbers_but_changes_the_same_stock() -> None:
    made, known = bytes(15) + b"\1", bytes(15) + b"\2"
    shapes = {
        "visit": rows.Table(("id", "visit_no"), (0,), ((0,), (1,)), ()),
        "audit": rows.Table(("seq", "entity"), (0,), ((0,),), (0,)),
        "stock": rows.Table(("drug_id", "on_hand"), (0,), ((0,),), ()),
    }
    changes = [
        rows.Change("INSERT", "visit", None, (made, "V1")), rows.Change("INSERT", "audit", None, (7, made)),
        rows.Change("UPDATE", "stock", (known, 9), (known, 8)),
    ]  # fmt: skip
    statements = list(rows.Copier(shapes, [changes]).statements(changes, 2))
    (_, visit), (_, audit), (update, stock) = statements
    assert visit[0] != made and visit[1] == "V1.2" and audit == (7 + 2 * rows.STRIDE, visit[0])
    assert update == "UPDATE stock SET on_hand = ? WHERE drug_id = ?" and stock == (8, known)


def test_what_a_run_did_not_measure_is_null() -> None:
    found = figures.empty()
    assert found["steps"]["charge"]["p95_ms_10"] is None and found["start"] == {"cold_s": None}
    assert options(["--quick", "--clients", "1"]).clients == (1,)


def test_one_visit_over_http_has_no_error(folder: Path) -> None:
    furnish(folder, 50, clients=1)
    script = read_script()
    with Server(folder, "rows") as server:
        alone = running.run_alone(server, script, 1, 0, warm_up=0)
        server_mb, _child_mb = server.memory_mb()
        written = rows.recorded(server.ask("rows"))
    assert alone.outcome.errors == [] and alone.outcome.retries == 0
    assert len(alone.outcome.samples) == len(alone.requests_cpu_ms[0]) == len(script.requests)
    assert server_mb > 0 and server.cold_s > 0
    tables = {one.table for changes in written for one in changes if one.op == "INSERT"}
    assert {"visit", "note_version", "prescription_line", "bill", "payment", "dispense", "audit", "once"} <= tables


def test_the_table_marks_what_missed_its_target(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures.empty()
    found["visit"]["cpu_ms"], found["memory"]["server_mb"], found["pages"]["cashier"] = 40.5, 100.0, {"gzip_kb": 61.0}
    report.table(found)
    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().err.splitlines()}
    assert lines["visit.cpu_ms"] == ["40.5", "40", "over"] and lines["memory.server_mb"] == ["100.0", "100"]
    assert lines["pages.cashier.gzip_kb"][-1] == "over" and lines["start.cold_s"] == ["not", "measured", "1.2"]


def test_every_target_is_of_a_figure() -> None:
    found = figures.empty()
    found["search"] = {"100000": {"p95_ms": None}, "1000000": {"p95_ms": None}}
    found["pages"] = {"cashier": {"gzip_kb": None}}
    names = [f"{key}.{name}" for key, values in found.items() for name, _ in report._flat(values)]
    assert [pattern for pattern, _ in report.TARGETS if not any(fnmatch(name, pattern) for name in names)] == []
