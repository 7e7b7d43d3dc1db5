"""What registrar and doctors do for a patient of the scripted day, by the forms of their own pages."""

import re
from datetime import date, timedelta

from tests.day.case import Case, Notes
from tests.day.desk import Desk, NotAsExpected
from tests.faults.form_client import field_of
from tests.faults.kill_clients import Facts
from tests.faults.kill_visit import NOTE

SALINE, PENICILLIN = "D0034", "D0042"
DOCTORS = {"doctor2": "马有福"}
BOTTLE = {"frequency": "qd", "days": "1", "route": "ivgtt"}
USES = {SALINE: BOTTLE | {"dose": "250ml"}, PENICILLIN: BOTTLE | {"dose": "80万单位"}}
BLOOD_COUNT, DRESSING = "S0015", "S0012"


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
            "appointment": case.appointment,
        }  # fmt: skip

    def book(self, desk: Desk, case: Case) -> None:
        """On the phone: the village doctor's session of today has a place."""
        page = desk.page("/registration/appointments")
        place = re.search(rf'<option value="([^"]*)"[^>]*>[^<]*{DOCTORS[case.doctor]}', page)
        if place is None:
            raise NotAsExpected("the session has no place")
        fields = {"patient": "", "who": case.name, "phone": "19900001234", "place": place[1], "by_phone": "1"}
        desk.do("/registration/appointments", fields.items())
        rows = desk.page("/registration/appointments/list")
        found = re.search(rf"/registration/appointments/([0-9a-f]{{32}})(?:(?!<tr)[\s\S])*?{case.name}", rows)
        if found is None:
            raise NotAsExpected(f"{case.name} has no appointment")
        case.appointment, case.room = found[1], place[1].rpartition("|")[2]

    def does_not_come(self, _desk: Desk, case: Case) -> None:
        """An appointment nobody comes to."""
        self.notes.no_shows.append(case.name)

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
        return list((row | USES.get(code, {}) | other).items())

    def _request(self, desk: Desk, case: Case, code: str, quantity: int) -> None:
        page = f"/doctor/visits/{case.visit_id}"
        rev = field_of(desk.page(page), "request_rev")
        fields = [("request_rev", rev), ("item_id", self.more[code]), ("item_quantity", str(quantity))]
        desk.draft(f"{page}/requests/lines", fields)

    def consult_with_request(self, desk: Desk, case: Case) -> None:
        """A blood count is asked for."""
        self.begin(desk, case)
        self.write(desk, case)
        self._request(desk, case, BLOOD_COUNT, 1)
        self.sign(desk, case)

    def consult_with_treatment(self, desk: Desk, case: Case) -> None:
        """Two dressings are asked for."""
        self.begin(desk, case)
        self.write(desk, case)
        self._request(desk, case, DRESSING, 2)
        self.sign(desk, case)

    def consult_with_bottle(self, desk: Desk, case: Case) -> None:
        """Saline and penicillin, joined to one bottle."""
        self.begin(desk, case)
        self.write(desk, case)
        page = f"/doctor/visits/{case.visit_id}"
        shown = desk.page(page)
        lines = list(dict.fromkeys(re.findall(r"/lines/([0-9a-f]{32})", shown)))
        if not lines:
            raise NotAsExpected(f"{case.name}: no row can join a bottle")
        desk.draft(f"{page}/lines/{lines[-1]}/group", [("sheet_rev", field_of(shown, "sheet_rev"))])
        self.sign(desk, case)

    def cosign(self, desk: Desk, case: Case) -> None:
        """What the trainee signed gets a registered doctor's name, and goes to the cashier."""
        rev = field_of(desk.page(f"/doctor/visits/{case.visit_id}"), "note_rev")
        desk.do(f"/doctor/visits/{case.visit_id}/cosign", [("note_rev", rev)])

    def signing(self, desk: Desk, case: Case) -> list[tuple[str, str]]:
        shown = desk.page(f"/doctor/visits/{case.visit_id}")
        names = ("note_rev", "sheet_rev", "dx_seen", "request_rev")
        return [*((name, field_of(shown, name)) for name in names), ("pressure_asked", "1")]

    def sign(self, desk: Desk, case: Case) -> None:
        case.kept["signing"] = self.signing(desk, case)
        desk.do(f"/doctor/visits/{case.visit_id}/submit", case.kept["signing"])
