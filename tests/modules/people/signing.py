"""Signing in as a browser does, and a clock that tests can move."""

from typing import Any

from clinic_app.kernel.clock import SystemTime, clock
from tests.conftest import hidden

PASSWORD, PIN = "qingxi-2026", "135246"


class MovedTime(SystemTime):
    """The PC's time plus `ahead_ms`, wall and monotonic together."""

    ahead_ms = 0

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ahead_ms

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms


def move_clock(monkeypatch: Any) -> MovedTime:
    moved = MovedTime()
    monkeypatch.setattr(clock, "source", moved)
    return moved


def post(client: Any, page: str, url: str, **fields: str) -> Any:
    """Post with the CSRF token of `page`, as its form does."""
    token = hidden(client.get(page).get_data(as_text=True), "csrf")
    return client.post(url, data={"csrf": token, **fields})


def sign_in(client: Any, staff_no: str, password: str = PASSWORD, **fields: str) -> Any:
    return post(client, "/sign-in", "/sign-in", staff_no=staff_no, password=password, **fields)


def cookie(client: Any, name: str) -> str:
    found = client.get_cookie(name)
    return found.value if found else ""
