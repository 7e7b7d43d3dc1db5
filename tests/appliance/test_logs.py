"""Log files: what is written stays one line, whatever it holds, and old files stay while new ones begin."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import logs

log = logging.getLogger("clinic.test")


@pytest.fixture
def server_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small one, so that it rotates; the handlers are taken off again."""
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)
    loggers = [logging.getLogger(name) for name in ("", "clinic.access")]
    kept = [(one, list(one.handlers), one.level, one.propagate) for one in loggers]
    logs.start(tmp_path, "INFO")
    yield tmp_path / "server.log"
    for one, handlers, level, propagate in kept:
        for handler in [made for made in one.handlers if made not in handlers]:
            one.removeHandler(handler)
            handler.close()
        one.setLevel(level)
        one.propagate = propagate


def test_a_line_end_or_an_escape_in_data_is_written_out(server_log: Path) -> None:
    log.info("one %s", "a\nINFO forged\x1b[31m\u202e赵")
    assert server_log.read_text("utf-8").endswith("INFO clinic.test one a | INFO forged\\x1b[31m\\x202e赵\n")
    assert server_log.read_text("utf-8").count("\n") == 1


def test_a_trace_is_one_line_that_names_class_and_place_and_not_what_was_said(server_log: Path) -> None:
    """What an exception says may quote what somebody typed."""
    try:
        try:
            int("张三")
        except ValueError as err:
            raise RuntimeError("李四 of 柳树村") from err
    except RuntimeError:
        log.exception("incident")
    text = server_log.read_text("utf-8")
    assert text.count("\n") == 1 and "RuntimeError test_logs.py:" in text and "builtins.ValueError" in text
    assert "张三" not in text and "李四" not in text
    outline = (server_log.parent / logs.OUTLINE).read_text("utf-8")
    assert logs.OUTLINE_LINE.fullmatch(outline.strip()) and "builtins.ValueError" in outline


def test_the_outline_holds_no_word_that_was_filled_in(server_log: Path) -> None:
    log.warning("the paper of %s is stuck at %s", "张三", "柳树村")
    log.warning("the paper of 李四 is stuck")  # a careless line
    outline = (server_log.parent / logs.OUTLINE).read_text("utf-8")
    assert outline.count("\n") == 2 and all(logs.OUTLINE_LINE.fullmatch(line) for line in outline.splitlines())
    assert not any("一" <= char <= "鿿" for char in outline)


def test_a_full_file_is_put_aside_and_no_line_is_lost(server_log: Path) -> None:
    for number in range(100):
        log.info("挂号 line %03d", number)
    files = sorted(server_log.parent.glob("server.log*"))
    assert len(files) > 2 and all(file.stat().st_size < 2_100 for file in files)
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    assert sorted(line[-3:] for line in lines) == [f"{number:03d}" for number in range(100)]


def test_a_file_of_an_earlier_start_is_added_to_and_counts(server_log: Path, tmp_path: Path) -> None:
    log.info("first")
    again = logs.Rotating(server_log, maxBytes=20, backupCount=2, encoding="utf-8")
    again.emit(logging.makeLogRecord({"msg": "second"}))
    again.close()
    assert "first" in (tmp_path / "server.log.1").read_text("utf-8") and server_log.read_text("utf-8") == "second\n"
