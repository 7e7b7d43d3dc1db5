"""Everybody of the scripted day at work: each takes what waits at the own desk, and sends the patient on."""

import queue
import threading

from tests.day.case import Case, Notes
from tests.day.desk import STAFF, Desk

LONGEST_SECONDS = 2_400


class House:
    def __init__(self, port: int, notes: Notes) -> None:
        self.notes, self.failures = notes, list[str]()
        self.waiting: dict[str, queue.Queue[Case]] = {role: queue.Queue() for role in STAFF}
        self.left, self.lock, self.over = 0, threading.Lock(), threading.Event()
        self.desks = {role: Desk(port, role) for role in STAFF}

    def work_off(self, everybody: list[Case]) -> None:
        """Until nobody has anything left to do, or something went wrong."""
        self.left = len(everybody)
        self.over.clear()
        if not everybody:
            return
        for case in everybody:
            self._send_on(case)
        threads = [threading.Thread(target=self._serve, args=(role,), name=role, daemon=True) for role in STAFF]
        for thread in threads:
            thread.start()
        if not self.over.wait(LONGEST_SECONDS):
            self.failures.append("the day did not come to its end")
        self.over.set()
        for thread in threads:
            thread.join(30)

    def _send_on(self, case: Case) -> None:
        if case.todo:
            self.waiting[case.todo[0][0]].put(case)
            return
        with self.lock:
            self.left -= 1
            if not self.left:
                self.over.set()

    def _serve(self, role: str) -> None:
        while not self.over.is_set():
            try:
                case = self.waiting[role].get(timeout=0.05)
            except queue.Empty:
                continue
            name = getattr(case.todo[0][1], "__name__", "?")
            try:
                case.todo.popleft()[1](self.desks[role], case)
            except Exception as err:  # this patient's day stops and says where
                self.failures.append(f"{role}, {name}, patient {case.number}: {err!r}")
                case.todo.clear()
                case.later.clear()
            else:
                self.notes.count(name)
            self._send_on(case)
