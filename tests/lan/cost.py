"""What the relay costs: the clinic's own pages straight and through TLS, in turns, so that both see the same PC."""

import http.client
import shutil
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from appliance.lan import authority, files, settings
from appliance.lan.settings import LanSettings
from clinic_app.kernel import ids, sessions
from clinic_app.modules.desks import queries
from tests.browser import day
from tests.faults.server_process import ServerProcess
from tests.lan.conftest import free_port

NAME, DESK = "xiangyi.local", "a-random-cookie-of-a-desk"
PAGES = ("/registration", "/status/chips")  # a usual page, and the smallest answer there is
CLIENTS = 4
MOST_LOST = 0.3


@dataclass
class Cost:
    """Share of the straight speed that is left through the relay, for each page and pair of turns."""

    left: dict[str, list[float]] = field(default_factory=dict)

    def median(self, page: str) -> float:
        return sorted(self.left[page])[len(self.left[page]) // 2]

    @property
    def too_dear(self) -> list[str]:
        return [page for page in self.left if self.median(page) < 1 - MOST_LOST]

    def __str__(self) -> str:
        told = "; ".join(f"{page} {self.median(page):.2f} of straight" for page in self.left)
        return f"{told} ({len(self.left[PAGES[0]])} pairs of turns)"


def measured(template: Path, room: Path, *, turns: int, seconds: float) -> Cost:
    """Serve a copy of the clinic with its LAN on and measure."""
    folder, port = room / "clinic", free_port()
    shutil.copytree(template, folder)
    made = authority.make("青溪镇中心卫生院", "QX", (NAME,), (), time.time_ns() // 1_000_000)
    files.store(folder / "lan", files.AUTHORITY, authority.pem_of(made))
    settings.save(folder / "lan", LanSettings(True, False, port, (NAME,)))
    tokens = _sessions(folder)
    server = ServerProcess(folder)
    server.longest_start = 120.0
    server.begin()
    server.wait_until_ready()
    try:
        ways = _Ways(server.port, port, made.der, tokens)
        ways.wait_for_lan()
        cost = Cost()
        for page in PAGES:
            ways.speed(page, 0.5, lan=True), ways.speed(page, 0.5, lan=False)
            cost.left[page] = [_pair(ways, page, seconds, turn) for turn in range(turns)]
        return cost
    finally:
        server.stop()


def _pair(ways: "_Ways", page: str, seconds: float, turn: int) -> float:
    """One turn each, the other first every second time."""
    order = (False, True) if turn % 2 else (True, False)
    speed = {lan: ways.speed(page, seconds, lan=lan) for lan in order}
    return speed[True] / speed[False]


def _sessions(folder: Path) -> list[str]:
    """A session for each client at a desk that is paired on the LAN."""
    with day.opened(folder) as clinic:
        actor = clinic.actor("registrar")
        begun = [
            sessions.start(language="zh-CN", person_id=actor.person_id, desk_id=actor.desk_id)[0]
            for _ in range(CLIENTS)
        ]
        clinic.raw(
            "INSERT INTO lan_browser VALUES(?, ?, ?, '192.168.1.77', 1, NULL)",
            (ids.new_id(), queries.token_hash(DESK), actor.desk_id),
        )
    return begun


@dataclass
class _Ways:
    port: int
    lan_port: int
    authority: bytes
    tokens: list[str]

    def wait_for_lan(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self._line(lan=True).connect()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the LAN port does not answer")

    def speed(self, page: str, seconds: float, *, lan: bool) -> float:
        """Answers a second of all clients together."""
        counts = [0] * CLIENTS

        def run(place: int) -> None:
            line, headers = self._line(lan=lan), self._headers(place, lan=lan)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                line.request("GET", page, headers=headers)
                answer = line.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                counts[place] += 1
            line.close()

        threads = [threading.Thread(target=run, args=(place,)) for place in range(CLIENTS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return max(sum(counts), 1) / seconds

    def _line(self, *, lan: bool) -> http.client.HTTPConnection:
        if not lan:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        context = ssl.create_default_context(cadata=self.authority)
        context.check_hostname = False  # the certificate has no loopback address; its chain is judged
        return http.client.HTTPSConnection("127.0.0.1", self.lan_port, timeout=60, context=context)

    def _headers(self, place: int, *, lan: bool) -> dict[str, str]:
        token = self.tokens[place]
        if not lan:
            return {"Cookie": f"session={token}"}
        return {"Host": f"{NAME}:{self.lan_port}", "Cookie": f"__Host-session={token}; __Host-desk={DESK}"}
