"""One client: a registrar, a doctor, a cashier and a pharmacist at desks of their own, one visit after the other."""

from dataclasses import dataclass, field
from pathlib import Path

from appliance.practice import PASSWORD
from devices.contract import CardData
from devices.readers.virtual import VirtualReader
from tests.bench.browser import Answer, Browser
from tests.bench.clinics import desk_name, staff_no
from tests.bench.patients import Patient
from tests.bench.screen import Element, NotOnPage
from tests.bench.script import Request, Script, filled, kept

RETRIED = (409, 423, 429, 503)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request of one visit as the client saw it; `bytes` and `gzip` only for whole pages, when asked."""

    request: Request
    ms: float
    gzip_bytes: int = 0


@dataclass
class Outcome:
    """What a client's visits came to."""

    samples: list[Sample] = field(default_factory=list)
    visits: int = 0
    errors: list[str] = field(default_factory=list)
    retries: int = 0

    def add(self, other: "Outcome") -> None:
        self.samples += other.samples
        self.visits += other.visits
        self.errors += other.errors
        self.retries += other.retries


class VisitFailed(Exception):
    """An answer that a visit cannot go on from."""


class Client:
    """Signs its people in; never shared by two threads."""

    def __init__(self, port: int, data: Path, place: int, script: Script) -> None:
        self.script = script
        self.browsers = {role: Browser(port) for role in script.start}
        for role, browser in self.browsers.items():
            browser.sign_in(staff_no(role, place), PASSWORD, desk_name(role, place))
            browser.open(script.start[role])
        desk_id = self.browsers["registrar"].desk_id
        self.reader = VirtualReader(data / "virtual-card" / desk_id)

    def visit(self, patient: Patient, *, weigh: bool = False) -> Outcome:
        """One whole visit of a patient; what goes wrong ends it and is named in `errors`."""
        outcome = Outcome()
        values = {"initials": patient.initials}
        self.reader.place(
            CardData("id_card", patient.number, patient.name, patient.sex, patient.born_on, patient.address)
        )
        last: Answer | None = None
        for request in self.script.requests:
            try:
                last = self._make(request, values, last, outcome)
                outcome.samples.append(Sample(request, last.ms, last.gzip_bytes if weigh else 0))
            except (VisitFailed, NotOnPage, KeyError, OSError) as err:
                outcome.errors.append(f"{request.step}, {request.name}: {type(err).__name__} {err}")
                return outcome
        outcome.visits = 1
        return outcome

    def _make(self, request: Request, values: dict[str, str], last: Answer | None, outcome: Outcome) -> Answer:
        browser = self.browsers[request.by]
        for name, text in request.type.items():
            browser.screen.typed[filled(name, values)] = filled(text, values)
        picked = browser.screen.pick(**request.pick) if request.pick else None
        answer = self._act(request, values, last, picked)
        if answer.status in RETRIED:
            outcome.retries += 1
            answer = self._act(request, values, last, picked)
        if answer.status not in (200, 303):
            raise VisitFailed(f"{answer.status} {answer.text[:300]}")
        for name, pattern in request.keep.items():
            values[name] = kept(pattern, answer.text, values)
            if not values[name]:
                raise VisitFailed(f"no {name} in the answer")
        return answer

    def _act(self, request: Request, values: dict[str, str], last: Answer | None, picked: Element | None) -> Answer:
        browser = self.browsers[request.by]
        if request.open:
            return browser.open(filled(request.open, values))
        if request.get:
            return browser.fragment(filled(request.get, values))
        if request.see:
            if last is None or not last.location:
                raise VisitFailed("the answer before sends nowhere")
            return browser.see(last)
        return browser.use(browser.screen.find(filled(request.use, values)) if request.use else picked)

    def close(self) -> None:
        for browser in self.browsers.values():
            browser.close()
