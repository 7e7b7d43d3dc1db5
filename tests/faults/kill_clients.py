"""Staff at their forms while the server dies under them: the same key until an answer comes, and no other answer."""

import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from appliance.practice import PASSWORD
from clinic_app import registry
from clinic_app.kernel import opening
from clinic_app.kernel.clock import today
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.conftest import config_of
from tests.faults.form_client import Answer, FormClient, HungUp, NoAnswer, field_of

REGISTRAR, CASHIER, PHARMACIST = "0001", "0005", "0004"
HANG_UP_SHARE, WRONG_HANG_UP_SHARE = 0.12, 0.4
PAUSE = 0.08
AGAIN_SHARE = 0.15


@dataclass
class Sent:
    """One form: what it should make once, under which keys it went out, which number the answer told."""

    kind: str
    mark: str
    keys: list[str] = field(default_factory=list)
    is_answered: bool = False
    number: str = ""
    tries: int = 0
    replays: int = 0
    hung_up: int = 0
    refused: str = ""
    again: int = 0
    changed: str = ""


@dataclass(frozen=True)
class Facts:
    """Ids that the forms carry."""

    room: str
    drug: str
    other_drug: str
    diagnosis: str
    expires_on: str


def read_facts(folder: Path) -> Facts:
    """From the closed clinic, before its server starts."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        drug, other = (dictionaries.drug_by_code(code) for code in ("D0019", "D0011"))
        assert drug is not None and other is not None
        diagnosis = dictionaries.diagnoses_matching("急性上呼吸道感染")[0].id.hex()
        expires_on = (today() + timedelta(days=400)).isoformat()
        return Facts(desks.rooms()[0].id.hex(), drug.id.hex(), other.id.hex(), diagnosis, expires_on)
    finally:
        opening.close_clinic()


def charge_form(page: str) -> list[tuple[str, str]]:
    """What the cashier's page posts for exact cash."""
    total = int(field_of(page, "total_fen"))
    fields = [("total_fen", str(total)), ("cash", f"{total // 100}.{total % 100:02d}")]
    for name in ("line", "sheet"):
        fields += [(name, value) for value in re.findall(rf'name="{name}" value="([^"]*)"', page)]
    return fields


def _essence(answer: Answer) -> tuple[object, ...]:
    """What a user is told by an answer; the page around it may have gone on."""
    toast = json.loads(answer.headers.get("hx-trigger", "{}")).get("toast", "")
    page = answer.headers.get("location", "").split("/")[:2]  # the rest is whoever waits next by then
    return answer.status, "/".join(page), toast


class Clerk(threading.Thread):
    """Registers new people and charges them, or takes deliveries in, until told to stop; then ends what is begun.

    `fresh_keys` is the wrong clerk, who draws the form anew for every try; deliveries only, because a person registered
    twice is noticed by the likeness and a visit charged twice by its lines.
    """

    def __init__(self, number: int, port: int, facts: Facts, *, seed: int, fresh_keys: bool):
        super().__init__(name=f"clerk-{number}", daemon=True)
        self.number, self.port, self.facts, self.fresh_keys = number, port, facts, fresh_keys
        self.random = random.Random(seed * 1000 + number)
        self.sent: list[Sent] = []
        self.answers = 0
        self.stopping = threading.Event()
        self.clients: dict[str, FormClient] = {}
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.work()
        except BaseException as err:
            self.failure = err

    def _client(self, staff_no: str) -> FormClient:
        if staff_no not in self.clients:
            client = FormClient(self.port)
            self._until_answered(lambda: client.sign_in(staff_no, PASSWORD))
            self.clients[staff_no] = client
        return self.clients[staff_no]

    def _until_answered(self, act: Callable[[], object]) -> object:
        while True:
            try:
                return act()
            except NoAnswer:
                time.sleep(PAUSE)

    def _read(self, staff_no: str, path: str) -> Answer:
        answer = self._until_answered(lambda: self._client(staff_no).get(path))
        assert isinstance(answer, Answer)
        if answer.status == 303 and "/sign-in" in answer.headers.get("location", ""):
            del self.clients[staff_no]
            return self._read(staff_no, path)
        return answer

    def _post(self, staff_no: str, path: str, fields: list[tuple[str, str]], sent: Sent, *, fragment: bool) -> Answer:
        """The same form until an answer comes; some users do not wait for it."""
        self.sent.append(sent)
        while True:
            if not sent.keys or self.fresh_keys:
                sent.keys.append(f"kill-{self.number}-{len(self.sent):05d}-{len(sent.keys):03d}-key")
            sent.tries += 1
            hang_up = self.random.random() < (WRONG_HANG_UP_SHARE if self.fresh_keys else HANG_UP_SHARE)
            try:
                answer = self._client(staff_no).post(
                    path, fields, once=sent.keys[-1], fragment=fragment, hang_up=hang_up
                )
            except NoAnswer as err:
                sent.hung_up += isinstance(err, HungUp)
                time.sleep(self.random.uniform(0.0, 0.04) if isinstance(err, HungUp) else PAUSE)
                continue
            if answer.status in (401, 403) and "/sign-in" in answer.text:
                del self.clients[staff_no]
                continue
            sent.is_answered = answer.status in (200, 303)
            sent.refused = "" if sent.is_answered else f"{answer.status}"
            sent.replays += answer.is_replay
            self.answers += 1
            if sent.is_answered and not self.fresh_keys and self.random.random() < AGAIN_SHARE:
                self._post_again(staff_no, path, fields, sent, answer, fragment=fragment)
            return answer

    def _post_again(
        self, staff_no: str, path: str, fields: list[tuple[str, str]], sent: Sent, first: Answer, *, fragment: bool
    ) -> None:
        """Back, and the button once more: the same key is answered as before and says that it is a repeat."""
        again = self._until_answered(
            lambda: self._client(staff_no).post(path, fields, once=sent.keys[-1], fragment=fragment)
        )
        assert isinstance(again, Answer)
        if again.status in (401, 403):
            return
        sent.again += 1
        if not again.is_replay or _essence(again) != _essence(first):
            sent.changed = f"{_essence(first)}, then {_essence(again)}"

    def work(self) -> None:
        """One round."""
        if self.number % 3 == 2 or self.fresh_keys:
            self._take_delivery()
        elif visit_id := self._register():
            self._charge(visit_id)

    def _register(self) -> str:
        """The visit of a new person, in hex; "" when refused."""
        name = f"单{chr(0x4E00 + self.number)}{len(self.sent):05d}"
        fields = {
            "name": name, "sex": "1", "born_on": "1981-03-04", "payer": "self", "kind": "general",
            "room": self.facts.room, "allergy_state": "none",
        }  # fmt: skip
        sent = Sent("register", name)
        answer = self._post(REGISTRAR, "/registration/", list(fields.items()), sent, fragment=True)
        told = json.loads(answer.headers.get("hx-trigger", "{}")).get("toast", "")
        sent.number = (re.findall(r"(\d+) 号", told) or [""])[0]
        if not sent.is_answered:
            return ""
        waiting = self._read(CASHIER, f"/charging/waiting?q={quote(name)}")
        found = re.search(rf'href="/charging/visits/([0-9a-f]{{32}})"><b>{name}<', waiting.text)
        assert found, f"{name} is not on the cashier's list"
        return found.group(1)

    def _charge(self, visit_id: str) -> bool:
        path = f"/charging/visits/{visit_id}"
        sent = Sent("charge", visit_id)
        form = charge_form(self._read(CASHIER, path).text)
        answer = self._post(CASHIER, f"{path}/charge", form, sent, fragment=False)
        sent.number = self._told(CASHIER, answer, r"XQX01R\d+")
        return sent.is_answered

    def _take_delivery(self) -> None:
        mark = f"RK{self.number}-{len(self.sent):05d}"
        line = {
            "drug_id": self.facts.drug, "drug": "", "batch_no": mark, "expires_on": self.facts.expires_on, "packs": "3",
            "cost": "5.20",
        }  # fmt: skip
        fields = [("supplier", "样例医药公司"), ("document_no", mark)]
        fields += [(f"line_{cell}", value) for cell, value in line.items()]
        sent = Sent("goods-in", mark)
        answer = self._post(PHARMACIST, "/stock/goods-in", fields, sent, fragment=False)
        sent.number = self._told(PHARMACIST, answer, r"XQX01G\d+")

    def _told(self, staff_no: str, answer: Answer, pattern: str) -> str:
        """The number in the toast of the page after the form; "" when the server died in between."""
        if answer.status != 303:
            return ""
        try:
            page = self._client(staff_no).get(answer.headers["location"]).text
        except NoAnswer:
            return ""
        toast = re.search(r'<div class="toast">(.*?)</div>', page, re.S)
        return (re.findall(pattern, toast.group(1)) or [""])[0] if toast else ""
