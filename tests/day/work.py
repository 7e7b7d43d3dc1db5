"""What each desk does for a patient of the scripted day, by the forms of its own pages."""

import re
from datetime import date, timedelta
from urllib.parse import quote

from tests.day.case import Case, Notes
from tests.day.desk import Desk, NotAsExpected, fen, yuan
from tests.faults.form_client import field_of
from tests.faults.kill_clients import Facts
from tests.faults.kill_visit import NOTE

BLOOD_COUNT = {"wbc": "6.5", "rbc": "4.6", "hgb": "140", "plt": "210", "neut": "60", "lym": "30"}


class Work:
    """`facts` are ids that the forms carry; `more` ids of rooms, drugs and services by code."""

    def __init__(self, facts: Facts, more: dict[str, str], notes: Notes) -> None:
        self.facts, self.more, self.notes = facts, more, notes

    # registration

    def new_person(self, case: Case) -> dict[str, str]:
        return {
            "name": case.name, "sex": "1",
            "born_on": (date(1980, 1, 1) + timedelta(days=61 * (case.number % 250))).isoformat(), "payer": "self",
            "kind": case.kind, "room": case.room, "allergy_state": "none", "temperature": case.temperature,
        }  # fmt: skip

    def register(self, desk: Desk, case: Case) -> None:
        fields, once = self.new_person(case), f"day-register-{case.number:05d}"
        if case.temperature:  # the form comes back once and sends a fever to its own room
            told = desk.send("/registration/", fields.items(), fragment=True)
            fields |= {"room": self.more["roomF"], "noticed": field_of(told.answer.text, "noticed")}
        desk.do("/registration/", fields.items(), once=once, fragment=True)
        case.visit_id = self.visit_of(desk, case.name)

    def visit_of(self, desk: Desk, name: str) -> str:
        page = desk.page("/registration/payer")
        found = re.search(rf'<option value="([0-9a-f]{{32}})"[^>]*>\s*\d+ {name}\b', page)
        if found is None:
            raise NotAsExpected(f"{name} has no visit today")
        return found[1]

    def change_payer(self, desk: Desk, case: Case) -> None:
        desk.do("/registration/payer", [("visit", case.visit_id), ("payer", "resident")], fragment=True)

    def transfer(self, desk: Desk, case: Case) -> None:
        fields = [("visit", case.visit_id), ("to", self.more["room1"]), ("reason", "科别不对"), ("back", "")]
        desk.do("/registration/transfer", fields, fragment=True)

    def cancel(self, desk: Desk, case: Case) -> None:
        desk.do("/registration/cancel", [("visit", case.visit_id), ("reason", "病人不等了")], fragment=True)

    # the doctor

    def receive(self, desk: Desk, case: Case) -> None:
        """Without a number: the doctor makes the record and sees the patient at once."""
        fields = [("room", case.room), ("name", case.name), ("sex", "1"), ("age", "34")]
        told = desk.do("/doctor/without-number", fields)
        found = re.search(r"/doctor/visits/([0-9a-f]{32})", told.answer.headers.get("location", ""))
        if found is None:
            raise NotAsExpected(f"{case.name} is not received: {told.words[:300]}")
        case.visit_id = found[1]
        desk.do(f"/doctor/visits/{case.visit_id}/allergies", [("answer", "none")], fragment=True)

    def consult(self, desk: Desk, case: Case) -> None:
        self.begin(desk, case)
        self.write(desk, case)
        self.sign(desk, case)

    def begin(self, desk: Desk, case: Case) -> None:
        desk.do(f"/doctor/visits/{case.visit_id}/open")

    def write(self, desk: Desk, case: Case) -> None:
        page = f"/doctor/visits/{case.visit_id}"
        desk.draft(f"{page}/note", [("note_rev", field_of(desk.page(page), "note_rev")), *NOTE])
        desk.draft(f"{page}/diagnoses", [("diagnosis_id", self.facts.diagnosis)])
        for code in case.drugs:
            desk.draft(f"{page}/lines", self.line(desk, case, code))

    def line(self, desk: Desk, case: Case, code: str, **other: str) -> list[tuple[str, str]]:
        rev = field_of(desk.page(f"/doctor/visits/{case.visit_id}"), "sheet_rev")
        row = {
            "sheet_rev": rev, "drug_id": self.more[code], "drug": "", "dose": "1片", "frequency": "qd", "days": "3",
            "route": "po", "quantity": case.quantity,
        }  # fmt: skip
        return list((row | other).items())

    def request(self, desk: Desk, case: Case) -> None:
        page = f"/doctor/visits/{case.visit_id}"
        rev = field_of(desk.page(page), "request_rev")
        fields = [("request_rev", rev), ("item_id", self.more["S0015"]), ("item_quantity", "1")]
        desk.draft(f"{page}/requests/lines", fields)

    def consult_with_request(self, desk: Desk, case: Case) -> None:
        self.begin(desk, case)
        self.write(desk, case)
        self.request(desk, case)
        self.sign(desk, case)

    def signing(self, desk: Desk, case: Case) -> list[tuple[str, str]]:
        shown = desk.page(f"/doctor/visits/{case.visit_id}")
        names = ("note_rev", "sheet_rev", "dx_seen", "request_rev")
        return [*((name, field_of(shown, name)) for name in names), ("pressure_asked", "1")]

    def sign(self, desk: Desk, case: Case) -> None:
        case.kept["signing"] = self.signing(desk, case)
        desk.do(f"/doctor/visits/{case.visit_id}/submit", case.kept["signing"])

    # nurse and laboratory

    def examine(self, desk: Desk, case: Case) -> None:
        line = self._asked(desk, case)
        desk.do(f"/laboratory/lines/{line}/collect", [("specimen", "静脉血")])
        page = desk.page(f"/laboratory/?line={line}")
        found = re.search(r"/laboratory/reports/([0-9a-f]{32})/enter", page)
        if found is None:
            raise NotAsExpected("no results to enter")
        case.kept["report"], case.kept["line"] = found[1], line
        names = re.findall(r'<(?:input|select)[^>]*data-col="value"[^>]*>', page)
        codes = [one[1] for tag in names if (one := re.search(r'name="([^"]+)"', tag))]
        values = [(code, BLOOD_COUNT.get(code, "10")) for code in codes]
        desk.do(f"/laboratory/reports/{found[1]}/enter", [("rev", field_of(page, "rev")), *values])

    def _asked(self, desk: Desk, case: Case) -> str:
        queue = desk.page("/laboratory/queue")
        at = queue.find(case.name)
        links = [(one.start(), one[1]) for one in re.finditer(r"line=([0-9a-f]{32})", queue)]
        if at < 0 or not links:
            raise NotAsExpected(f"{case.name} is not waiting for the laboratory")
        return min(links, key=lambda one: abs(one[0] - at))[1]

    def verify(self, desk: Desk, case: Case) -> None:
        page = desk.page(f"/laboratory/?line={case.kept['line']}")
        desk.do(f"/laboratory/reports/{case.kept['report']}/verify", [("rev", field_of(page, "rev"))])

    # the pharmacy

    def sheets(self, desk: Desk, case: Case) -> list[str]:
        found = desk.page(f"/pharmacy/find?q={quote(case.name)}")
        return list(dict.fromkeys(re.findall(r"/pharmacy/sheets/([0-9a-f]{32})", found)))

    def handing(self, desk: Desk, sheet: str, *, part: bool = False) -> tuple[list[tuple[str, str]], dict[str, int]]:
        """The form that hands out all (or one unit of each line), and the units by drug code."""
        page = desk.page(f"/pharmacy/sheets/{sheet}?part=1")
        fields = [("batches", field_of(page, "batches")), ("parts", field_of(page, "parts"))]
        units: dict[str, int] = {}
        for row in re.findall(r'(?s)<tr id="line-[0-9a-f]{32}".*?</tr>', page):
            code, box = re.search(r"<bdi>(D\d+)</bdi>", row), re.search(r'name="(given-([0-9a-f]{32}))"[^>]*', row)
            if code is None or box is None:
                continue
            left = int(re.search(r'value="(\d+)"', box[0])[1])  # type: ignore[index]
            given = 1 if part else left
            fields.append(("line", box[2]))
            if part:
                fields.append((box[1], str(given)))
            units[code[1]] = units.get(code[1], 0) + given
        return [*fields, ("short_reason", "fetch_later")] if part else fields, units

    def dispense(self, desk: Desk, case: Case) -> None:
        self._hand_out(desk, case, part=False)

    def dispense_part(self, desk: Desk, case: Case) -> None:
        self._hand_out(desk, case, part=True)

    def _hand_out(self, desk: Desk, case: Case, *, part: bool) -> None:
        for sheet in self.sheets(desk, case):
            fields, units = self.handing(desk, sheet, part=part)
            case.kept["handed"] = f"/pharmacy/sheets/{sheet}/dispense", fields
            desk.do(*case.kept["handed"])
            self.notes.goods(units, -1)
            case.kept["sheet"], case.kept["units"] = sheet, units

    def take_back(self, desk: Desk, case: Case) -> None:
        """One unopened pack part of the first drug comes back and is sold again."""
        path = f"/pharmacy/sheets/{case.kept['sheet']}/return"
        page = desk.page(path)
        found = re.search(r'name="back-([0-9a-f]{32}-[0-9a-f]{32})"', page)
        if found is None:
            raise NotAsExpected("nothing may come back")
        code, quantity = next(iter(case.kept["units"].items()))
        fields = [
            ("seen", field_of(page, "seen")), ("reason", "没吃，没拆封"), (f"back-{found[1]}", str(quantity)),
            (f"condition-{found[1]}", "sealed"), (f"accept-{found[1]}", "yes"),
        ]  # fmt: skip
        desk.do(path, fields)
        self.notes.goods({code: quantity}, 1)
        case.kept["back"] = quantity

    # the manager

    def decide(self, desk: Desk, case: Case) -> None:
        page = desk.page("/charging/approvals")
        at = page.find(f"<b>{case.name}</b>")
        found = re.findall(r"/charging/approvals/([0-9a-f]{32})", page[:at])
        if at < 0 or not found:
            raise NotAsExpected(f"nothing of {case.name} waits for approval")
        desk.do(f"/charging/approvals/{found[-1]}/decide", [("decision", "approve"), ("answer", "")])

    def hand_in(self, desk: Desk, _case: Case) -> None:
        """Every closed shift whose cash has come: the cashiers' own counts."""
        while self.notes.shifts and len(self.notes.handed_in) < len(self.notes.shifts):
            page = desk.page("/charging/days")
            found = re.search(r"/charging/shifts/([0-9a-f]{32})/hand-in", page)
            if found is None:
                return
            dialog = desk.page(f"/charging/shifts/{found[1]}/hand-in")
            due = re.search(r"应交现金 ([\d,.]+)", dialog)
            if due is None or fen(due[1]) not in [cash for _, cash, _ in self.notes.shifts]:
                raise NotAsExpected(f"the finance desk expects {due and due[1]}")
            desk.do(f"/charging/shifts/{found[1]}/hand-in", [("received", yuan(fen(due[1]))), ("note", "")])
            self.notes.handed_in.append(fen(due[1]))
