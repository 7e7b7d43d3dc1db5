"""Safe mode: after two starts that never answered the third goes without devices, and the day can be worked."""

from typing import Any

import pytest

from appliance import start
from appliance.startup import checklist, record
from clinic_app.kernel import condition, db, ports
from tests import visit
from tests.appliance.startup.conftest import Pc
from tests.conftest import Clinic


def broken(_attempt: Any) -> None:
    raise RuntimeError("a driver tore the process down")


def crash(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that breaks off before it answers."""
    with monkeypatch.context() as wrong:
        steps = [checklist.Step("breaks", broken) if one.act is checklist.make_application else one
                 for one in checklist.STEPS]  # fmt: skip
        wrong.setattr(checklist, "STEPS", tuple(steps))
        with pytest.raises(RuntimeError):
            pc.start()
    pc.end()


def test_two_starts_that_never_answered_lead_to_safe_mode_and_one_does_not(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(pc, monkeypatch)
    assert pc.start() is None and not pc.attempt.is_safe and pc.begun == 0
    crash(pc, monkeypatch)
    crash(pc, monkeypatch)
    assert pc.begun == record.SAFE_AFTER
    assert pc.start() is None and pc.attempt.is_safe
    assert "安全模式" in pc.client.get("/sign-in").text
    assert pc.start() is None and not pc.attempt.is_safe, "the next start is an ordinary one again"
    assert "安全模式" not in pc.client.get("/sign-in").text


def test_a_sentence_is_no_crash(pc: Pc) -> None:
    """Safe mode does not help a PC without its keys."""
    kept = pc.folder / "keys"
    kept.rename(pc.folder / "away")
    for _ in range(3):
        assert pc.start() is not None
    (pc.folder / "away").rename(kept)
    with_newer = pc.start() is None
    assert with_newer and not pc.attempt.is_safe


def test_a_visit_is_registered_and_charged_in_safe_mode_and_its_papers_wait(pc: Pc) -> None:
    record.write(pc.folder, record.Record(begun=2))
    assert pc.start() is None and pc.attempt.is_safe and pc.attempt.workers is None
    clinic = Clinic(pc.folder, pc.config, pc.attempt.modules)
    arrived = visit.arrive(clinic)
    visit.consult(clinic, arrived["visit_id"], ("D0011",))
    visit.pay(clinic, arrived["visit_id"])
    assert db.value("SELECT count(*) FROM bill WHERE visit_id = ?", (arrived["visit_id"],)) == 1
    assert {state for (state,) in db.rows("SELECT DISTINCT state FROM job")} == {"queued"}
    assert ports.bound.printer is None and condition.stands(condition.SAFE)


def test_the_card_reader_says_that_it_is_off(pc: Pc) -> None:
    pc.attempt.is_safe = True
    record.write(pc.folder, record.Record(begun=2))
    pc.start()
    assert ports.bound.cards is not None
    with pytest.raises(Exception) as said:
        ports.bound.cards.read(bytes(16))
    assert getattr(said.value, "code", "") == "startup.devices_off"


def test_an_unclean_end_is_remembered_with_its_time(pc: Pc) -> None:
    pc.start()
    pc.end()
    assert record.read(pc.folder).ends == ()
    (pc.folder / "run.lock").write_text("pid 1 left over\n")
    pc.start()
    assert len(record.read(pc.folder).ends) == 1


@pytest.mark.parametrize("text", ["", "[]", '{"begun": "many"}', '{"begun": 1, "ends": null}', "\x00"])
def test_a_damaged_record_is_an_empty_one(tmp_path: Any, text: str) -> None:
    (tmp_path / record.FILE).write_text(text)
    assert record.read(tmp_path) == record.Record()


def test_safe_mode_that_was_asked_for_blames_no_start_before(pc: Pc) -> None:
    pc.attempt = checklist.Attempt(pc.config, is_safe=True, has_logs=True, is_serving=True)
    start._open(pc.attempt, pc.site, practice=False)
    page = pc.client.get("/sign-in").text
    assert "启动时选了安全模式" in page and "前两次没有启动起来" not in page


def test_one_power_cut_is_counted_once_however_many_starts_it_takes(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.start()
    pc.end()
    (pc.folder / "run.lock").write_text("pid 7 left over\n")
    crash(pc, monkeypatch)
    kept = pc.folder / "keys"
    kept.rename(pc.folder / "away")
    assert pc.start() is not None
    (pc.folder / "away").rename(kept)
    crash(pc, monkeypatch)
    assert pc.start() is None and len(record.read(pc.folder).ends) == 1
    pc.end()
    (pc.folder / "run.lock").write_text("pid 7 left over\n")
    assert pc.start() is None and len(record.read(pc.folder).ends) == 2, "the same number again is another cut"
