"""What nurse and laboratory of the scripted day do: skin test, bottle, dressing, blood count and its critical value."""

import re

from tests.day.case import Case
from tests.day.desk import Desk, NotAsExpected, text_of
from tests.day.pc import MINUTE_MS, ClinicPc
from tests.faults.form_client import field_of

NORMAL = {"wbc": "6.5", "rbc": "4.6", "hgb": "140", "plt": "210", "neut": "60", "lym": "30"}
FEW_PLATELETS = "28"
SECOND_READER = "0002"


class Rooms:
    """The treatment room and the laboratory; the minutes of a skin test pass on the clinic's own clock."""

    def __init__(self, pc: ClinicPc) -> None:
        self.pc = pc

    # the treatment room

    def open(self, desk: Desk, case: Case) -> str:
        """The patient's page of the treatment room, what is due first."""
        queue = desk.page("/treatments/queue")
        found = re.search(rf'href="(/treatments/patients/[0-9a-f]{{32}})"><span class="row"><b>{case.name}<', queue)
        if found:
            case.kept["treatments"] = found[1]
        if "treatments" not in case.kept:
            raise NotAsExpected(f"{case.name} is not waiting for the nurse")
        return desk.page(case.kept["treatments"])

    def due(self, desk: Desk, case: Case, what: str, *, of_bottle: bool = False) -> tuple[str, str]:
        """The form of what is to be done next, `tests/../start` or `executions/../begin`, and its page."""
        page = self.open(desk, case)
        if of_bottle:  # the test is due first, the nurse chooses the bottle
            rows = re.findall(r'<tr id="row-([0-9a-f]{32})"', page)
            page = desk.page(f"{case.kept['treatments']}?at={rows[-1]}")
        kind, act = what.split("/")
        found = re.search(rf"/treatments/{kind}/[0-9a-f]{{32}}/{act}", page)
        if found is None:
            raise NotAsExpected(f"{case.name}: {what} is not due")
        return found[0], page

    def start_test(self, desk: Desk, case: Case) -> None:
        path, page = self.due(desk, case, "tests/start")
        desk.do(path, [("batch_no", field_of(page, "batch_no"))])

    def read_form(self, desk: Desk, case: Case, after_mm: str) -> tuple[str, list[tuple[str, str]]]:
        path, _page = self.due(desk, case, "tests/read")
        return path, [("before_mm", "3"), ("after_mm", after_mm), ("second", SECOND_READER)]

    def wait_for_test(self, _desk: Desk, _case: Case) -> None:
        self.pc.go_on(15 * MINUTE_MS)

    def read_negative(self, desk: Desk, case: Case) -> None:
        told = desk.do(*self.read_form(desk, case, "5"))
        if "阴性" not in told.words:
            raise NotAsExpected(told.words)

    def read_positive(self, desk: Desk, case: Case) -> None:
        told = desk.do(*self.read_form(desk, case, "6"))
        if "阳性" not in told.words:
            raise NotAsExpected(told.words)

    def begin_form(self, desk: Desk, case: Case, *, of_bottle: bool = False) -> tuple[str, dict[str, str]]:
        """What the nurse scans: the number on the patient's paper, the number on the label."""
        path, page = self.due(desk, case, "executions/begin", of_bottle=of_bottle)
        kind = "infusion_card" if "infusion_card" in page else "treatment_slip"
        paper = text_of(desk.page(f"{case.kept['treatments']}/papers/{kind}"))
        person, label = re.search(r"档案号：\s*(\S+)", paper), re.search(r"<dt>瓶签号</dt><dd><bdi>(\S+?)</bdi>", page)
        if person is None or label is None:
            raise NotAsExpected(f"{case.name}: no numbers to scan")
        return path, {"patient_code": person[1], "label": label[1]}

    def execute(self, desk: Desk, case: Case) -> None:
        path, fields = self.begin_form(desk, case)
        told = desk.do(path, fields.items())
        if "执行记上了" not in told.words:
            raise NotAsExpected(f"{case.name}: {told.words}")

    def patrol(self, desk: Desk, case: Case) -> None:
        desk.do(self.due(desk, case, "executions/patrol")[0], [("drops", "60"), ("text", "滴速正常，无不适")])

    def finish(self, desk: Desk, case: Case) -> None:
        desk.do(self.due(desk, case, "executions/finish")[0])

    # the laboratory

    def collect(self, desk: Desk, case: Case) -> None:
        line = case.kept["line"] = self.asked(desk, case)
        desk.do(f"/laboratory/lines/{line}/collect", [("specimen", "静脉血")])

    def enter(self, desk: Desk, case: Case) -> None:
        page = desk.page(f"/laboratory/?line={case.kept['line']}")
        found = re.search(r"/laboratory/reports/([0-9a-f]{32})/enter", page)
        if found is None:
            raise NotAsExpected("no results to enter")
        case.kept["report"] = found[1]
        names = re.findall(r'<(?:input|select)[^>]*data-col="value"[^>]*>', page)
        codes = [one[1] for tag in names if (one := re.search(r'name="([^"]+)"', tag))]
        results = NORMAL | case.results
        values = [(code, results.get(code, "10")) for code in codes]
        told = desk.do(f"/laboratory/reports/{found[1]}/enter", [("rev", field_of(page, "rev")), *values])
        if ("危急值" in told.words) is not bool(case.results):
            raise NotAsExpected(f"{case.name}: {told.words}")

    def asked(self, desk: Desk, case: Case) -> str:
        """The line of the work list that is this patient's."""
        queue = desk.page("/laboratory/queue")
        at = queue.find(case.name)
        links = [(one.start(), one[1]) for one in re.finditer(r"line=([0-9a-f]{32})", queue)]
        if at < 0 or not links:
            raise NotAsExpected(f"{case.name} is not waiting for the laboratory")
        return min(links, key=lambda one: abs(one[0] - at))[1]

    def call_back(self, desk: Desk, case: Case) -> None:
        """The doctor was told of the critical value and read it back."""
        desk.do(f"/laboratory/reports/{case.kept['report']}/call", [("told", SECOND_READER), ("is_read_back", "1")])

    def verify(self, desk: Desk, case: Case) -> None:
        page = desk.page(f"/laboratory/?line={case.kept['line']}")
        desk.do(f"/laboratory/reports/{case.kept['report']}/verify", [("rev", field_of(page, "rev"))])
