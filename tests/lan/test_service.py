"""The LAN of a clinic as a whole: off it is nothing, on it answers, it mends itself, and this PC notices none of it."""

import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.lan import addresses, authority, files, process, service, settings
from appliance.lan.process import RelayProcess
from appliance.lan.service import ClinicLan
from appliance.lan.settings import LanSettings
from appliance.lan.web_server import WebServer
from appliance.server import Site
from clinic_app.kernel import clock as clocks
from clinic_app.kernel.clock import SystemTime, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import LanChoice
from tests.lan.conftest import NAME, SECONDS, answer, ask, echo, free_port, seconds_until_cut

DAY_MS = 86_400_000


@pytest.fixture
def lan(clinic: Any, web: WebServer) -> Iterator[Callable[[], ClinicLan]]:
    """`lan()`: the LAN of this clinic, as a start of the server makes it."""
    made: list[ClinicLan] = []

    def begin() -> ClinicLan:
        made.append(ClinicLan(clinic.folder, web))
        made[-1].start()
        return made[-1]

    yield begin
    for one in made:
        one.stop()
        one.wait_ended()


def switched_on(one: ClinicLan, **other: Any) -> LanChoice:
    choice = LanChoice(**{"is_on": True, "is_plain": False, "port": free_port(), "names": (NAME,), **other})
    one.prepare(choice)
    one.apply(choice)
    return choice


def reaches(one: ClinicLan, choice: LanChoice, name: str = NAME) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=one.authority())
    bare = socket.create_connection(("127.0.0.1", choice.port), timeout=SECONDS)
    return context.wrap_socket(bare, server_hostname=name)


def until(true: Callable[[], Any], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def test_off_it_holds_no_port_no_file_and_no_host(lan: Callable[[], ClinicLan], clinic: Any) -> None:
    one = lan()
    assert not one.state().is_on and one.hosts() == frozenset() and not (clinic.folder / "lan").exists()
    with pytest.raises(Refused, match=r"desks\.lan_never_on"):
        one.authority()


def test_on_it_answers_by_name_and_by_every_address_and_off_it_hangs_up(lan: Callable[[], ClinicLan]) -> None:
    one = lan()
    choice = switched_on(one)
    state = one.state()
    assert set(state.addresses) <= set(addresses.own_addresses())
    assert (state.trouble, state.is_on, state.port) == ("", True, choice.port)
    assert one.hosts() == {NAME, *state.addresses}
    line = reaches(one, choice)
    assert ask(line).endswith(b"https True 0")
    if state.addresses:
        assert ask(reaches(one, choice, state.addresses[0]))
    one.apply(LanChoice(False, False, choice.port, choice.names))
    assert seconds_until_cut(line) < 3 and one.hosts() == frozenset()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", choice.port), timeout=SECONDS)


def test_an_answer_on_its_way_is_finished_when_the_lan_ends(lan: Callable[[], ClinicLan]) -> None:
    one = lan()
    line = reaches(one, switched_on(one))
    line.sendall(b"GET /big/5000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.3)
    one.stop()
    assert len(answer(line)) == 5_000_000


def test_it_is_on_again_with_the_same_authority_after_a_restart(lan: Callable[[], ClinicLan]) -> None:
    one = lan()
    choice = switched_on(one)
    before = one.state().fingerprint
    one.stop()
    one.wait_ended()
    again = lan()
    until(lambda: not again.state().trouble)
    assert again.state().fingerprint == before and ask(reaches(again, choice))


def test_a_relay_that_dies_comes_back(lan: Callable[[], ClinicLan]) -> None:
    one = lan()
    choice = switched_on(one)
    assert one._relay is not None and one._relay.pid is not None
    os.kill(one._relay.pid, signal.SIGKILL)
    until(lambda: one._relay is not None and one._relay.starts == 2 and not one.state().trouble)
    assert ask(reaches(one, choice))


def test_a_relay_that_cannot_be_started_or_understood_is_started_again(
    lan: Callable[[], ClinicLan], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, starts = process.command, iter(("no memory", "torn"))

    def command(*words: Any) -> list[str]:
        match next(starts, ""):
            case "no memory":
                raise OSError(12, "Cannot allocate memory")
            case "torn":
                return [sys.executable, "-c", "import sys; print('{\"listen', flush=True); sys.stdin.read()"]
        return real(*words)

    monkeypatch.setattr(process, "command", command)
    one = lan()
    choice = switched_on(one)
    until(lambda: not one.state().trouble)
    assert ask(reaches(one, choice))


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), TimeoutError("a turn"), MemoryError()])
def test_a_lan_that_could_not_be_opened_says_so_and_is_opened_at_the_next_look(
    lan: Callable[[], ClinicLan], web: WebServer, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Whether it failed as it was switched on or at the next start."""

    def fails(*_given: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(RelayProcess, "start", fails)  # the last thing of all: whatever was opened before is left
        one = lan()
        until(lambda: one._has_begun)
        choice = switched_on(one)
        assert one.state().is_on and one.state().trouble == "ended"
        one.stop()
        again = lan()
        until(lambda: again.state().trouble == "ended")
        again.look()
        assert again.state().trouble == "ended"
    again.look()
    until(lambda: not again.state().trouble)
    assert ask(reaches(again, choice)) and len(web.upstreams) == 1


def test_a_port_of_another_program_is_refused_and_later_said(lan: Callable[[], ClinicLan], clinic: Any) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        one = lan()
        with pytest.raises(Refused, match=r"desks\.lan_port_taken"):
            one.prepare(LanChoice(True, False, port, (NAME,)))
        assert not one.state().is_on
        one.apply(LanChoice(True, False, port, (NAME,)))
        assert one.state().trouble == "port"
        other = lan()
        other._made_for((NAME,))
        other.apply(LanChoice(True, False, port, (NAME,)))
        assert other.state().trouble == "port"


def test_another_name_within_the_old_ones_keeps_the_authority_and_a_foreign_one_does_not(
    lan: Callable[[], ClinicLan],
) -> None:
    one = lan()
    choice = switched_on(one)
    before = one.state().fingerprint
    assert not one.needs_new_authority(("office.local",)) and one.needs_new_authority(("his.example.com",))
    switched_on(one, port=choice.port, names=("office.local",))
    assert one.state().fingerprint == before and ask(reaches(one, choice, "office.local"))
    switched_on(one, port=choice.port, names=("his.example.com",))
    assert one.state().fingerprint != before and ask(reaches(one, choice, "his.example.com"))


def test_what_was_only_prepared_is_not_used_whatever_is_renewed_meanwhile(
    lan: Callable[[], ClinicLan], clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = lan()
    choice = switched_on(one)
    before, kept = one.state().fingerprint, (clinic.folder / "lan" / files.AUTHORITY).read_bytes()
    foreign = LanChoice(True, False, choice.port, ("his.example.com",))
    promised = one.prepare(foreign)
    assert promised != before and one.state().fingerprint == before
    monkeypatch.setattr(service, "own_addresses", lambda: ("192.168.77.7",))
    one.look()
    assert (clinic.folder / "lan" / files.AUTHORITY).read_bytes() == kept
    assert ask(reaches(one, choice, "192.168.77.7")), "the other PCs still trust what answers"
    one.apply(foreign)
    assert one.state().fingerprint == promised, "what stands in the audit trail"


def test_a_new_address_gets_a_certificate_by_itself(
    lan: Callable[[], ClinicLan], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = lan()
    choice = switched_on(one)
    monkeypatch.setattr(service, "own_addresses", lambda: ("192.168.77.7", "8.8.8.8"))
    one.look()
    assert one.hosts() == {NAME, "192.168.77.7"}, "for the other one its authority may not speak"
    until(lambda: ask(reaches(one, choice, "192.168.77.7")), 5)


def test_an_expired_certificate_is_made_anew_at_the_start(lan: Callable[[], ClinicLan], clinic: Any) -> None:
    one = lan()
    choice = switched_on(one)
    one.stop()
    one.wait_ended()
    folder = clinic.folder / "lan"
    made = authority.load(folder)
    assert made is not None
    files.store(folder, files.SERVER, made.issue((NAME,), (), clock.read().at - 600 * DAY_MS))
    again = lan()
    until(lambda: not again.state().trouble)
    assert ask(reaches(again, choice))


class Wrong(SystemTime):
    """A PC whose clock is off by so many days."""

    def __init__(self, days: int):
        self.days = days

    def wall_ms(self) -> int:
        return super().wall_ms() + self.days * DAY_MS


@pytest.mark.parametrize("days", [-8 * 365, 8 * 365])
def test_a_clock_eight_years_off_spoils_no_certificate_and_is_said(
    lan: Callable[[], ClinicLan], clinic: Any, days: int
) -> None:
    one = lan()
    choice = switched_on(one)
    before = (clinic.folder / "lan" / files.SERVER).read_bytes()
    newest = clocks.clock.newest
    try:
        clock.start(newest, Wrong(days))
        one.look()
        assert (clinic.folder / "lan" / files.SERVER).read_bytes() == before
        assert one.state().trouble == "clock"
        assert ask(reaches(one, choice)), "who has the right date goes on"
    finally:
        clock.start(newest)


def test_a_damaged_authority_is_said_and_mended_by_switching_on_again(
    lan: Callable[[], ClinicLan], clinic: Any
) -> None:
    folder = clinic.folder / "lan"
    files.store(folder, files.AUTHORITY, b"spoilt")
    settings.save(folder, LanSettings(True, False, free_port(), (NAME,)))
    one = lan()
    until(lambda: one.state().trouble == "authority", 3)
    choice = switched_on(one)
    assert ask(reaches(one, choice))


def test_a_full_disk_is_said_in_a_sentence_and_changes_nothing(
    lan: Callable[[], ClinicLan], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = lan()

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings, "save", full)
    with pytest.raises(Refused, match=r"desks\.lan_not_stored"):
        one.apply(LanChoice(True, False, free_port(), (NAME,)))
    assert not one.state().is_on


def test_this_pcs_addresses_are_its_own_and_never_loopback() -> None:
    found = addresses.own_addresses()
    assert all(not one.startswith("127.") for one in found)
    for one in found:
        with socket.socket() as probe:
            probe.bind((one, 0))


def test_only_names_of_one_label_are_announced() -> None:
    from appliance.lan.announce import mdns_label

    told = [mdns_label(one) for one in ("xiangyi.local", "a.b.local", "his.lan", ".local", "local")]
    assert told == ["xiangyi", "", "", "", ""]


def test_a_port_file_of_the_folder_names_no_path(tmp_path: Path) -> None:
    settings.save(tmp_path, LanSettings(True, False, 8643, ("xiangyi.local",)))
    assert (tmp_path / files.CHOICE).read_text() == (
        'on = true\nplain = false\nport = 8643\nnames = ["xiangyi.local"]\n'
    )


def test_what_stands_in_for_the_clinic_is_not_answered_on_the_lan(clinic: Any, web: WebServer) -> None:
    """First run and the pages of repair are for this PC alone."""
    site = Site(echo)
    web.use(web._server, site)
    one = ClinicLan(clinic.folder, web, echo)
    try:
        choice = switched_on(one)
        line = reaches(one, choice)
        assert ask(line).endswith(b"https True 0")
        site.application = lambda environ, start: [b"a page of repair"]
        assert b" 503 " in ask(line)[:20]
    finally:
        one.stop()
        one.wait_ended()
