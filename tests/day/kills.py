"""kill -9 of the clinic's server at random moments of the scripted day, and `clinic check` on what each kill left."""

import random
import shutil
import threading
import time
from collections.abc import Sequence

from tests.day import books
from tests.day.desk import Desk
from tests.day.forgetting import forget_last_commits
from tests.day.pc import ClinicPc
from tests.faults.replay import scratch_folder

LONGEST_LIFE = 20.0
# After each kill of a server at work: how many more before it answers again, so that the recovery is killed too.
MORE_WHILE_STARTING = (0, 0, 1, 0, 2)


class Killer(threading.Thread):
    """`rounds` times: let the people get about `pace` answers, kill, check a copy, start again.

    With `forgets` the disk is one that forgets the last commits of each kill: the judge must see it.
    """

    def __init__(self, pc: ClinicPc, *, rounds: int, pace: int, seed: int, forgets: bool = False) -> None:
        super().__init__(name="killer", daemon=True)
        self.pc, self.wanted, self.pace, self.forgets = pc, rounds, pace, forgets
        self.random = random.Random(seed)
        self.rounds = self.kills = self.green = 0
        self.wrong: list[str] = []
        self.desks: Sequence[Desk] = ()
        self.over = threading.Event()

    def __str__(self) -> str:
        return f"{self.rounds} rounds, {self.kills} kills, check green after {self.green}"

    def begin(self, desks: Sequence[Desk]) -> None:
        self.desks = desks
        self.start()

    def end(self) -> None:
        """The round at hand is the last one; the server serves afterwards."""
        self.over.set()
        self.join(120)
        if self.rounds < self.wanted:
            self.wrong.append(f"the day was over after {self.rounds} of {self.wanted} rounds")

    def run(self) -> None:
        try:
            while self.rounds < self.wanted and self._let_work():
                self._kill()
                for _again in range(MORE_WHILE_STARTING[self.rounds % len(MORE_WHILE_STARTING)]):
                    time.sleep(self.random.uniform(0.0, 0.9))
                    self._kill()
                self.pc.wait_until_ready()
                self.rounds += 1
        except Exception as err:  # told with the day's own failures; the people give up by themselves
            self.wrong.append(f"killer: {err!r}")

    def _let_work(self) -> bool:
        """Some answers, and then a moment in the middle of the next ones; False when the day is over."""
        until = time.monotonic() + LONGEST_LIFE
        wanted = self._answers() + self.random.randint(self.pace // 2, self.pace * 3 // 2)
        while self._answers() < wanted and time.monotonic() < until:
            if self.over.wait(0.005):
                return False
        time.sleep(self.random.uniform(0.0, 0.06))
        return not self.over.is_set()

    def _answers(self) -> int:
        return sum(desk.answers for desk in self.desks)

    def _kill(self) -> None:
        self.pc.kill()
        self.kills += 1
        if self.forgets:
            forget_last_commits(self.pc.folder)
        with scratch_folder() as copy:
            shutil.copytree(self.pc.folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("logs"))
            said = books.check(copy, self.pc.program)
        if said:
            self.wrong.append(f"clinic check after kill {self.kills}: {said}")
        self.green += not said
        self.pc.begin()
