"""The clinic's PC of the scripted day: the real server, on a clock that the day can move.

Run as a module it is `clinic` whose wall clock and time since boot are shifted by what a file says, in milliseconds.
"""

import sys
import threading
from datetime import datetime
from pathlib import Path

from appliance import cli
from clinic_app.kernel import clock
from clinic_app.kernel.clock import SystemTime, from_local, local
from tests.faults.server_process import ServerProcess

MINUTE_MS = 60_000


class MovedTime(SystemTime):
    """What the PC says, moved; a reading of the wall clock and the next one of the time since boot belong together."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._reading = threading.local()

    def shifts(self) -> tuple[int, int]:
        """(wall clock, time since boot), in ms."""
        wall, boot = self.file.read_text("ascii").split()
        return int(wall), int(boot)

    def wall_ms(self) -> int:
        self._reading.shifts = self.shifts()
        return super().wall_ms() + int(self._reading.shifts[0])

    def monotonic_ms(self) -> int:
        shifts = self._reading.__dict__.pop("shifts", None) or self.shifts()
        return super().monotonic_ms() + int(shifts[1])


class ClinicPc(ServerProcess):
    """A server process, and the hand on its clock; the next morning at half past seven when it is made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.time = MovedTime(folder.parent / "moved-clock")
        self.program = (__name__, str(self.time.file))
        self._lock = threading.Lock()
        self._store(0, 0)
        self.go_on_until(7, 30, days=1)

    def now(self) -> datetime:
        """What the clock on the wall says."""
        return local(self.time.wall_ms())

    def today(self) -> str:
        """The true day."""
        return f"{local(self._true_ms()):%Y-%m-%d}"

    def go_on(self, ms: int) -> None:
        """So much time passes: for the wall clock and for the time since boot."""
        with self._lock:
            wall, boot = self.time.shifts()
            self._store(wall + ms, boot + ms)

    def go_on_until(self, hour: int, minute: int, *, days: int = 0) -> None:
        """Time passes until this time of the day, so many days on; it never goes back."""
        now = self._true_ms()
        then = local(now).replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
        self.go_on(max(0, from_local(then) + days * 24 * 60 * MINUTE_MS - now))

    def _true_ms(self) -> int:
        wall, boot = self.time.shifts()
        return self.time.wall_ms() - wall + boot

    def set_wrong(self, ms: int) -> None:
        """Somebody sets the clock on the wall: no time passes."""
        with self._lock:
            wall, boot = self.time.shifts()
            self._store(wall + ms, boot)

    def set_right(self) -> None:
        """The clock on the wall says what it would have said had nobody touched it."""
        with self._lock:
            _wall, boot = self.time.shifts()
            self._store(boot, boot)

    def _store(self, wall: int, boot: int) -> None:
        fresh = self.time.file.with_suffix(".new")
        fresh.write_text(f"{wall} {boot}", "ascii")
        fresh.replace(self.time.file)


def main(arguments: list[str]) -> int:
    """`clinic` on the moved clock; the first argument is the file."""

    class Here(MovedTime):
        def __init__(self) -> None:
            super().__init__(Path(arguments[0]))

    clock.SystemTime = Here  # type: ignore[misc]
    return cli.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
