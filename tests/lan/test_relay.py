"""The relay with real sockets and real TLS: who asks is kept, who dawdles is cut, nobody takes the others' places."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.lan import files
from appliance.lan.authority import Authority
from appliance.lan.request_head import UNTIL_CLOSED, Head
from appliance.lan.web_server import WebServer
from tests.lan.conftest import NAME, SECONDS, Door, answer, ask, seconds_until_cut

OF_A_DESK = b"GET / HTTP/1.1\r\nHost: x\r\nCookie: desk=paired\r\n\r\n"
Doors = Callable[..., Door]
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


def test_the_web_server_sees_the_browsers_address_and_that_it_came_by_tls(door: Doors) -> None:
    one = door()
    assert ask(one.tls("127.0.0.7")) == b"127.0.0.7 https True 0"
    assert ask(one.tls(name="127.0.0.1")) == b"127.0.0.1 https True 0", "by address as well as by name"


def test_a_header_of_the_browser_changes_neither_address_nor_scheme(door: Doors) -> None:
    forged = b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.9\r\nX-Forwarded-Proto: http\r\n\r\n"
    assert ask(door().tls("127.0.0.7"), forged) == b"127.0.0.7 https True 0"


def test_one_connection_carries_request_after_request_with_bodies_in_pieces(door: Doors) -> None:
    line = door().tls()
    for size in (0, 1, 5, 70_000, 3_000_000):
        text = POST % size + b"y" * size
        for at in range(0, len(text), 50_000):
            line.sendall(text[at : at + 50_000])
        assert answer(line) == f"127.0.0.1 https True {size}".encode()
    line.sendall(POST % 3 + b"abcGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    got = b""
    while got.count(b"https True") < 2:
        got += line.recv(65536)
    assert b"https True 3" in got and got.endswith(b"https True 0")


def test_a_head_that_comes_byte_by_byte_is_whole_in_the_end(door: Doors) -> None:
    line = door().tls()
    for byte in b"GET / HTTP/1.1\r\nHost: x\r\n\r\n":
        line.sendall(bytes([byte]))
    assert answer(line) == b"127.0.0.1 https True 0"


def test_a_loopback_program_without_the_relays_word_gets_nothing(web: WebServer) -> None:
    ports = web.open("s" * 32, is_plain=False)
    for word in (b"", b"x" * 32 + b" 10.0.0.1\n", b"s" * 32 + b"\n", b"s" * 500):
        with socket.create_connection(("127.0.0.1", ports.tls), timeout=SECONDS) as line:
            line.sendall(word + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(100) == b""
    with socket.create_connection(("127.0.0.1", ports.tls), timeout=SECONDS) as line:
        assert ask(line, b"s" * 32 + b" 10.0.0.1\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == b"10.0.0.1 https True 0"


@pytest.mark.parametrize(
    "said", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n"], ids=["silent", "byte", "hello", "plain"]
)
def test_who_does_not_finish_the_greeting_is_cut(door: Doors, said: bytes) -> None:
    line = door(greeting_seconds=0.5, head_seconds=0.5).bare()
    line.sendall(said)
    assert 0.3 < seconds_until_cut(line) < 3


def test_a_slow_loris_is_told_and_cut_however_busy_it_looks(door: Doors) -> None:
    line = door(head_seconds=1.0).tls()
    line.sendall(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    line.settimeout(0.2)
    said = b""
    with pytest.raises(OSError):
        while time.monotonic() < began + 10:
            line.sendall(b"X-Slow: 1\r\n")
            try:
                said += line.recv(1000)
                assert said
            except TimeoutError:
                continue
            time.sleep(0.3)
    assert b" 408 " in said[:20] and 0.8 < time.monotonic() - began < 5


def test_a_later_request_of_a_kept_connection_has_its_own_clock(door: Doors) -> None:
    line = door(head_seconds=0.6, idle_seconds=20).tls()
    for _ in range(3):
        assert ask(line)
        time.sleep(0.5)
    line.sendall(b"GET / HT")
    assert seconds_until_cut(line) < 3


def test_idle_connections_and_bodies_that_do_not_come_end(door: Doors) -> None:
    one = door(idle_seconds=0.7, body_seconds=0.7)
    idle = one.tls()
    ask(idle)
    assert seconds_until_cut(idle) < 3
    starved = one.tls()
    starved.sendall(POST % 100 + b"y")
    assert seconds_until_cut(starved) < 3


def test_a_large_body_is_not_waited_for_by_its_length_alone(door: Doors) -> None:
    starved = door(longest_body_seconds=0.7).tls()
    starved.sendall(POST % 3_000_000 + b"y")
    assert seconds_until_cut(starved) < 3


def test_who_does_not_take_an_answer_is_cut_and_holds_up_nobody(door: Doors) -> None:
    one = door(stalled_seconds=1.0)
    deaf = one.tls()
    deaf.sendall(b"GET /big/30000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert ask(one.tls()) == b"127.0.0.1 https True 0"
    until = time.monotonic() + 8
    while one.inside() > 1 and time.monotonic() < until:
        time.sleep(0.1)
    assert one.inside() == 1


def test_a_long_answer_comes_whole_to_a_slow_reader(door: Doors) -> None:
    line = door().tls()
    line.sendall(b"GET /big/9000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.5)
    assert len(answer(line)) == 9_000_000


def test_a_head_without_end_is_refused(door: Doors) -> None:
    line = door(head_bytes=2000).tls()
    line.sendall(b"GET / HTTP/1.1\r\nX: " + b"y" * 3000)
    assert b" 431 " in line.recv(100)


def test_one_address_takes_its_share_of_the_places_and_no_more(door: Doors) -> None:
    one = door(per_address=3, unproven=3)
    mine = [one.tls("127.0.0.2") for _ in range(3)]
    assert all(ask(line) for line in mine)
    with pytest.raises(OSError):
        ask(one.tls("127.0.0.2"))
    assert ask(one.tls("127.0.0.3"))
    mine.pop().close()
    time.sleep(0.3)
    assert ask(one.tls("127.0.0.2")), "a place that was given back"


def test_who_has_proved_nothing_has_few_places_even_alone(door: Doors) -> None:
    one = door(unproven=2)
    held = [one.bare("127.0.0.2") for _ in range(4)]
    assert seconds_until_cut(held[3]) < 1 and seconds_until_cut(held[2]) < 1
    assert one.inside() == 2
    assert ask(one.tls("127.0.0.3"))


def test_new_connections_of_one_address_are_rationed(door: Doors) -> None:
    one = door(new_at_once=3, new_per_second=2.0)
    for _ in range(3):
        one.tls("127.0.0.2").close()
    with pytest.raises(OSError):
        one.tls("127.0.0.2")
    assert ask(one.tls("127.0.0.3"))
    time.sleep(0.8)
    assert ask(one.tls("127.0.0.2"))


def test_in_a_full_house_strangers_give_way_and_desks_stay(door: Doors) -> None:
    one = door(connections=4)
    desks = [one.tls("127.0.0.2") for _ in range(2)]
    assert all(ask(line, OF_A_DESK) for line in desks)
    silent = [make("127.0.0.3") for make in (one.tls, one.bare)]
    time.sleep(0.2)
    late = [one.tls("127.0.0.4")]
    assert ask(late[0], OF_A_DESK) and seconds_until_cut(silent[1]) < 2, "who has not even greeted goes first"
    late.append(one.tls("127.0.0.5"))
    assert ask(late[1], OF_A_DESK) and seconds_until_cut(silent[0]) < 2, "then who has asked nothing"
    assert all(ask(line) for line in (*desks, *late))
    with pytest.raises(OSError):
        ask(one.tls("127.0.0.6"))


def test_who_asks_whole_requests_and_stays_does_not_shut_out_a_desk(door: Doors) -> None:
    one = door(connections=6)
    desk = one.tls("127.0.0.2")
    assert ask(desk, OF_A_DESK)
    strangers = [one.tls(f"127.0.0.{4 + number}") for number in range(5)]
    assert all(ask(line) for line in strangers)
    assert ask(one.tls("127.0.0.3"), OF_A_DESK), "a desk that comes now"
    assert seconds_until_cut(strangers[0]) < 2, "who is no desk and was quiet longest gives way"
    assert ask(desk, OF_A_DESK) and all(ask(line) for line in strangers[1:])


def test_strangers_have_a_part_of_the_places_and_desks_the_rest(door: Doors) -> None:
    """Whole requests of strangers are work for the server, so few of them at a time."""
    one = door(strangers=2)
    desks: list[ssl.SSLSocket] = []
    for _ in range(3):
        desks.append(one.tls("127.0.0.2"))
        assert ask(desks[-1], OF_A_DESK)
    strangers = [one.tls(f"127.0.0.{4 + number}") for number in range(2)]
    assert all(ask(line) for line in strangers)
    assert ask(one.tls("127.0.0.3"), OF_A_DESK)
    assert seconds_until_cut(strangers[0]) < 2
    assert all(ask(line) for line in (*desks, strangers[1]))


def test_in_a_full_house_the_address_with_most_connections_gives_way(door: Doors) -> None:
    """Somebody who just came, not yet known for a desk, is not pushed out by the flood of another PC."""
    one = door(connections=5)
    quiet = one.bare("127.0.0.2")
    time.sleep(0.2)
    flood = [one.tls("127.0.0.3") for _ in range(4)]
    assert all(ask(line) for line in flood)
    assert ask(one.tls("127.0.0.4"), OF_A_DESK)
    assert seconds_until_cut(flood[0]) < 2
    quiet.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert quiet.recv(12), "who came first and waits is still there"


def test_the_answer_of_a_stranger_cannot_make_him_a_desk(door: Doors) -> None:
    one = door(connections=2)
    forged = b"GET / HTTP/1.1\r\nHost: x\r\nX-Clinic-Desk: 1\r\n\r\n"
    assert all(ask(one.tls("127.0.0.4"), forged) for _ in range(4)), "each gives way to the next"


def test_the_relays_places_are_all_to_be_had_in_the_web_server(door: Doors) -> None:
    """Its own default is a hundred sockets over both listeners."""
    one = door(new_at_once=300)
    held = []
    for number in range(160):
        held.append(one.tls(f"127.0.0.{4 + number // 40}"))
        assert ask(held[-1], OF_A_DESK), number


def test_who_may_not_come_in_pushes_nobody_out(door: Doors) -> None:
    one = door(connections=3, per_address=2)
    stranger, mine = one.tls("127.0.0.4"), [one.tls("127.0.0.2") for _ in range(2)]
    assert all(ask(line) for line in (stranger, *mine))
    with pytest.raises(OSError):
        ask(one.tls("127.0.0.2"))
    assert ask(stranger)


def test_plain_http_gets_the_help_page_and_the_authority_and_nothing_else(door: Doors, trusted: Authority) -> None:
    one = door()
    for path, status, holds in (
        (b"/", b"200", b"<p>help</p>"), (b"/sign-in", b"404", b"help"), (b"/xiangyi-ca.crt", b"200", trusted.der),
        (b"/authority.pem", b"404", b"help"), (b"/../lan/authority.pem", b"404", b"help"),
    ):  # fmt: skip
        got = _plain(one, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 " + status) and holds in got, path
    assert _plain(one, b"POST /sign-in HTTP/1.1\r\nHost: x\r\n\r\npassword=1").startswith(b"HTTP/1.1 405")
    assert b"PRIVATE KEY" not in _plain(one, b"GET /xiangyi-ca.crt HTTP/1.1\r\n\r\n")


def test_the_help_page_has_its_own_style_and_may_have_no_other(door: Doors) -> None:
    from base64 import b64encode
    from hashlib import sha256

    from appliance.lan.help_text import page

    head = _plain(door(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")[0].decode()
    style = page("x", ["https://x/"], "2026-01-01").partition("<style>")[2].partition("</style>")[0]
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert style and f"default-src 'none'; style-src 'sha256-{allowed}'" in head.split("\r\n")[-1]


def test_plain_http_reaches_the_clinic_only_where_it_is_allowed(door: Doors) -> None:
    line = door(is_plain=True).bare("127.0.0.2")
    assert ask(line) == b"127.0.0.2 http True 0"


def test_a_renewed_certificate_is_shown_to_the_next_and_disturbs_nobody(
    door: Doors, trusted: Authority, tmp_path: Path
) -> None:
    one = door()
    kept = one.tls()
    before = kept.getpeercert(True)
    files.store(tmp_path, files.SERVER, trusted.issue((NAME,), ("127.0.0.1",), int(time.time() * 1000)))
    one.do(one.relay.renew)
    assert one.tls().getpeercert(True) != before
    assert ask(kept)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_not_spoken(door: Doors) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        context.wrap_socket(door().bare())


def test_without_the_web_server_the_browser_is_told(door: Doors, web: WebServer) -> None:
    one = door()
    web.close()
    assert b" 502 " in ask(one.tls())[:20]


def _plain(one: Door, text: bytes) -> bytes:
    got = b""
    with one.bare() as line:
        line.sendall(text)
        while piece := line.recv(65536):
            got += piece
    return got


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_the_end_of_a_head_is_found_wherever_it_is_cut(cut: int) -> None:
    text = b"POST /x HTTP/1.1\r\nHost: x\r\ncontent-length:  12 \r\n\r\nhello"
    head = Head(bytearray())
    first = head.take(text[:cut])
    used = first if first is not None else head.take(text[cut:])
    before = 0 if first is not None else cut
    assert used is not None and text[before + used :] == b"hello" and head.body_bytes() == 12


@pytest.mark.parametrize(
    "lines, expected",
    [
        (b"Host: x", 0),
        (b"Content-Length: 7", 7),
        (b"X-Content-Length: 7", 0),
        (b"Transfer-Encoding: chunked", UNTIL_CLOSED),
        (b"Content-Length: 7\r\nContent-Length: 8", UNTIL_CLOSED),
        (b"Content-Length: 7\r\nTransfer-Encoding: chunked", UNTIL_CLOSED),
        (b"Content-Length: -7", 0),
    ],
)
def test_a_body_is_as_long_as_its_head_says_in_one_plain_way(lines: bytes, expected: int) -> None:
    assert Head(bytearray(b"POST / HTTP/1.1\r\n" + lines + b"\r\n\r\n")).body_bytes() == expected
