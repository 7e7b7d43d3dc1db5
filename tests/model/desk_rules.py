"""Steps of the registration desk: register, cancel, merge and unmerge, open a chart, print a slip again."""

from datetime import date

from hypothesis import strategies as st

from clinic_app.kernel import access_log
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import AllergyEntry, PatientData
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services
from tests.model.plain_records import WAITING, Due, Line, Link, Person, Visit
from tests.model.steps import Steps, pick, step

NAMES = ("沈春燕", "蒋月娥", "韩树林", "魏小满", "范水生", "苏红梅")
WHY_NOT = {
    "in_consultation": "visits.in_consultation", "finished": "visits.finished", "cancelled": "visits.cancelled_already",
}  # fmt: skip


class DeskRules(Steps):
    @step(at=pick, is_new=st.sampled_from((True, False, False)), state=st.sampled_from(("none", "unknown", "known")))
    def register(self, at: int, is_new: bool, state: str) -> None:
        self.arrive(at, is_new, state)

    def arrive(self, at: int, is_new: bool, state: str) -> Visit | None:
        self.label = "register"
        allergies = (AllergyEntry("group", "penicillins"),) if state == "known" else ()
        person = self.plain.persons[at % len(self.plain.persons)]
        data = PatientData(
            NAMES[at % len(NAMES)], "2", date(1960 + at % 40, 5, 1), allergy_state=state, allergies=allergies
        )
        room = desks.rooms()[at % 2]
        result = self.do(
            self.actor("registrar"),
            lambda uow: services.register_arrival(
                uow, patient=data if is_new else person.id, room_id=room.id, kind="general", payer="self"
            ),
            self.doubt,
        )
        if result is None:
            return None
        patient_id, visit_id = bytes.fromhex(result["patient_id"]), bytes.fromhex(result["visit_id"])
        if is_new:
            person = Person(patient_id, state, frozenset(one.code for one in allergies))
            self.plain.persons.append(person)
        person = self.plain.survivor(person)
        assert patient_id == person.id, "a merged record is registered as the one that goes on"
        visit = self.new_visit(visit_id, result["queue_no"], person)
        fee = self.plain.fee
        assert fee is not None
        if fee.price_on(self.day):
            visit.dues.append(Due(visit_id, visit, [Line(visit_id, fee, 1)], self.day))
        self.plain.papers[visit_id] = ["queued"]
        return visit

    def new_visit(self, visit_id: bytes, queue_no: int, person: Person) -> Visit:
        self.plain.numbers[f"queue {self.day}"] += 1
        assert queue_no == self.plain.numbers[f"queue {self.day}"], "queue number"
        visit = Visit(visit_id, self.day, queue_no, person, "registered")
        self.plain.visits.append(visit)
        return visit

    @step(needs=lambda self: self.plain.visits, at=pick)
    def cancel(self, at: int) -> None:
        visit = self.some(at, [one for one in self.plain.visits if one.state in WAITING], self.plain.visits)
        reasons = {WHY_NOT[visit.state]} if visit.state not in WAITING else set()
        if any(due.state == "billed" for due in visit.dues):
            reasons.add("charging.visit_paid")
        command = self.do(
            self.actor("registrar"), lambda uow: services.cancel_visit(uow, visit.id, "病人不等了"), reasons
        )
        if command is not None:
            visit.state = "cancelled"
            for due in visit.open_dues:
                due.state = "withdrawn"

    @step(needs=lambda self: self.plain.visits, at=pick)
    def transfer(self, at: int) -> None:
        """To the other room; number and fee stay (VS-04)."""
        self.send_to_other_room(
            self.some(at, [one for one in self.plain.visits if one.state in WAITING], self.plain.visits)
        )

    def send_to_other_room(self, visit: Visit) -> None:
        self.label = "transfer"
        reasons = {WHY_NOT[visit.state]} if visit.state not in WAITING else set()
        if visit.day != self.day:
            reasons.add("visits.number_expired")
        known = visits.visit(visit.id)
        assert known is not None
        other = next(room for room in desks.rooms()[:2] if room.id != known.room_id)
        result = self.do(
            self.actor("registrar"), lambda uow: services.transfer_visit(uow, visit.id, other.id, "科别不对"), reasons
        )
        if result is not None:
            visit.state = "registered"

    @step(at=pick, other=pick)
    def merge(self, at: int, other: int) -> None:
        persons = self.plain.persons
        self.link(persons[at % len(persons)], persons[other % len(persons)])

    def link(self, one: Person, two: Person) -> None:
        self.label = "merge"
        reasons = {"patients.link_self"} if one is two else set()
        if one.merged_into or two.merged_into:
            reasons.add("patients.link_already")
        result = self.do(self.actor("registrar"), lambda uow: patients.link_patients(uow, one.id, two.id), reasons)
        if result is not None:
            one.merged_into = two
            self.plain.links.append(Link(bytes.fromhex(result["link_id"]), one))

    @step(needs=lambda self: self.plain.links, at=pick)
    def unmerge(self, at: int) -> None:
        link = self.some(at, [one for one in self.plain.links if one.is_live], self.plain.links)
        result = self.do(
            self.actor("manager"), lambda uow: patients.unlink_patients(uow, link.id),
            () if link.is_live else {"patients.link_undone"},
        )  # fmt: skip
        if result is not None:
            link.is_live, link.merged.merged_into = False, None

    @step(at=pick, role=st.sampled_from(("doctor", "cashier", "pharmacist")))
    def open_chart(self, at: int, role: str) -> None:
        person = self.plain.persons[at % len(self.plain.persons)]
        actor = self.actor(role)
        access_log.record(actor, person.id, "model")
        self.plain.charts.add((actor.person_id, person.id, self.time.now_ms // 600_000))
        self.tally[self.label] += 1

    @step(needs=lambda self: any(visit.id in self.plain.papers for visit in self.plain.visits), at=pick)
    def print_slip_again(self, at: int) -> None:
        printed = [visit for visit in self.plain.visits if visit.id in self.plain.papers]
        visit = printed[at % len(printed)]
        result = self.do(
            self.actor("registrar"), lambda uow: services.print_slip(uow, visit.id),
            {"visits.cancelled_already"} if visit.state == "cancelled" else (),
        )  # fmt: skip
        if result is not None:
            self.plain.papers[visit.id].append("queued")
