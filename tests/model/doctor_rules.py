"""Steps of two doctors: begin, write rows, sign, void a sheet and write it anew, receive without a number."""

from datetime import date

from hypothesis import strategies as st

from clinic_app.kernel import db
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.services import PatientData
from tests.model.desk_rules import NAMES, WHY_NOT, DeskRules
from tests.model.plain_records import (
    MOST_DAYS_WITH_REASON,
    MOST_DRUGS_PER_SHEET,
    WAITING,
    Drug,
    Line,
    Person,
    Request,
    Sheet,
    Visit,
)
from tests.model.steps import DRUGS, pick, step
from tests.visit import LONG_COURSE, NOTE

DIAGNOSIS = "急性上呼吸道感染"
doctors = st.integers(0, 1)
rarely = st.sampled_from((False, False, False, True))
AMOUNTS = ("unit", "pack", "half", "all", "more")


class DoctorRules(DeskRules):
    @step(needs=lambda self: self.plain.visits, at=pick, doctor=doctors)
    def start(self, at: int, doctor: int) -> None:
        waiting = [one for one in self.plain.visits if one.state in WAITING and one.day == self.day]
        self.begin(self.some(at, waiting, self.plain.visits), doctor)

    def begin(self, visit: Visit, doctor: int) -> bool:
        self.label = "start"
        is_own = visit.state == "in_consultation" and visit.doctor == doctor
        reasons = set()
        if visit.state == "in_consultation" and visit.doctor != doctor:
            reasons.add("consultation.other_doctor")
        elif visit.state not in WAITING and not is_own:
            reasons.add(WHY_NOT[visit.state])
        elif visit.day != self.day and not is_own:
            reasons.add("visits.number_expired")
        result = self.do(self.actor("doctor", doctor), lambda uow: services.start(uow, visit.id), reasons)
        if result is not None and not is_own:
            visit.state, visit.doctor, visit.note = "in_consultation", doctor, "draft"
            self._write_note(visit, doctor)
        return result is not None

    def _write_note(self, visit: Visit, doctor: int) -> None:
        actor = self.actor("doctor", doctor)
        self.draft(actor, lambda uow: services.save_note(uow, visit.id, NOTE, 1))
        self.draft(actor, lambda uow: services.add_diagnosis(uow, visit.id, wording=DIAGNOSIS))
        self.draft(actor, lambda uow: services.answer(uow, visit.id, "childbearing", "none"))

    @step(at=pick, doctor=doctors)
    def receive_without_number(self, at: int, doctor: int) -> None:
        data = PatientData(NAMES[at % len(NAMES)], "1", date(1955, 2, 3), allergy_state="none")
        room = desks.rooms()[doctor]
        result = self.do(
            self.actor("doctor", doctor), lambda uow: services.receive(uow, room_id=room.id, who=data),
            self.doubt,
        )  # fmt: skip
        if result is None:
            return
        visit_id = bytes.fromhex(result["visit_id"])
        person = Person(db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,)), "none")
        self.plain.persons.append(person)
        visit = self.new_visit(visit_id, result["queue_no"], person)
        visit.state, visit.doctor, visit.note = "in_consultation", doctor, "draft"
        self._write_note(visit, doctor)

    def begun(self) -> list[Visit]:
        return [visit for visit in self.plain.visits if visit.note]

    @step(
        needs=begun, at=pick, code=st.sampled_from(DRUGS), amount=st.sampled_from(AMOUNTS), keep=st.booleans(),
        by_other=rarely,
    )  # fmt: skip
    def add_drug(self, at: int, code: str, amount: str, keep: bool, by_other: bool) -> None:
        visit = self.some(at, [one for one in self.begun() if one.note != "signed"], self.begun())
        assert visit.doctor is not None
        self.write_row(visit, 1 - visit.doctor if by_other else visit.doctor, code, amount, keep)

    def write_row(self, visit: Visit, doctor: int, code: str, amount: str, keep: bool) -> bool:
        self.label = "add_drug"
        drug = next(one for one in self.plain.drugs if one.code == code)
        quantity = self._quantity(drug, amount)
        reasons = self._why_no_writing(visit, doctor)
        if not reasons:
            if not self.plain.may_prescribe(visit.person):
                reasons.add("consultation.allergy_unknown")
            if any(line.drug is drug for line in visit.draft):
                reasons.add("consultation.drug_twice")
            if drug.is_by_weight and visit.person.is_child:
                reasons.add("consultation.weigh_first")
            if drug.is_too_long(quantity):
                reasons.add("consultation.long_term_needed")
            if quantity > self.plain.available(drug, self.day):
                reasons.add("consultation.not_enough_stock")
        actor, typed, rev = self.actor("doctor", doctor), _typed(drug, quantity), _rev(visit)
        result = self.draft(actor, lambda uow: services.add_line(uow, visit.id, typed, rev), reasons)
        if result is None:
            return False
        line = Line(bytes.fromhex(result["line_id"]), drug, quantity)
        visit.draft.append(line)
        if keep and (stops := self.plain.stops(visit.person, line)):
            self.draft(actor, lambda uow: services.keep_stop(uow, visit.id, line.id, "既往用过，无反应", _rev(visit)))
            line.kept = stops
        return True

    def _quantity(self, drug: Drug, amount: str) -> int:
        available = self.plain.available(drug, self.day)
        smallest = 1 if drug.is_splittable else drug.pack_size
        most = int(drug.per_day * MOST_DAYS_WITH_REASON)
        wanted = {
            "unit": smallest, "pack": drug.pack_size, "half": min(available // 2, most), "all": min(available, most),
            "more": available + smallest,
        }[amount]  # fmt: skip
        return max(wanted - wanted % smallest, smallest)

    def _why_no_writing(self, visit: Visit, doctor: int) -> set[str]:
        if visit.doctor != doctor:
            return {"consultation.other_doctor"}
        return set() if visit.is_writable(doctor) else {"consultation.signed"}

    @step(needs=lambda self: any(visit.draft for visit in self.plain.visits), at=pick, line=pick)
    def remove_drug(self, at: int, line: int) -> None:
        written = [one for one in self.plain.visits if one.draft]
        visit = written[at % len(written)]
        assert visit.doctor is not None
        gone = visit.draft[line % len(visit.draft)]
        rev = _rev(visit)
        self.draft(
            self.actor("doctor", visit.doctor), lambda uow: services.delete_line(uow, visit.id, gone.id, rev),
            self._why_no_writing(visit, visit.doctor),
        )  # fmt: skip
        visit.draft.remove(gone)

    @step(needs=begun, at=pick, once=rarely)
    def sign(self, at: int, once: bool) -> None:
        drafts = [one for one in self.begun() if one.note != "signed" and one.draft]
        self.submit(self.some(at, drafts, self.begun()), twice=not once)

    def submit(self, visit: Visit, *, twice: bool = True) -> bool:
        """Sign, with the second signature that a kept stop needs or without it (RX-13)."""
        self.label = "sign"
        assert visit.doctor is not None
        doctor = visit.doctor
        reasons = self._why_no_writing(visit, doctor) | self.doubt
        if not self.plain.may_prescribe(visit.person):  # OR-01: with or without drugs
            reasons.add("consultation.allergy_unknown")
        for line in visit.draft:
            if self.plain.stops(visit.person, line):
                reasons.add("consultation.stop_unresolved")
            if line.quantity > self.plain.available(line.drug, self.day):
                reasons.add("consultation.not_enough_stock")
            if line.kept and not twice:
                reasons.add("consultation.sign_twice")
        note = queries.note(visit.id)
        assert note is not None
        rev = _rev(visit)
        result = self.do(
            self.actor("doctor", doctor),
            lambda uow: services.sign_visit(uow, visit.id, note_rev=note.rev, sheet_rev=rev, signed_twice=twice),
            reasons,
        )  # fmt: skip
        if result is None:
            return False
        visit.note = "signed"
        visit.state = "finished" if visit.state == "in_consultation" else visit.state
        parts = [
            visit.draft[start : start + MOST_DRUGS_PER_SHEET]
            for start in range(0, len(visit.draft), MOST_DRUGS_PER_SHEET)
        ]
        assert len(result["sheets"]) == len(parts), "five drugs a sheet"
        ids = dict(db.rows("SELECT prescription_no, id FROM prescription WHERE visit_id = ?", (visit.id,)))
        for number, lines in zip(result["sheets"], parts, strict=True):
            visit.dues.append(Sheet(ids[number], visit, lines, self.day))
        visit.draft = []
        self._sign_items(visit, result["requests"])
        return True

    def _sign_items(self, visit: Visit, numbers: list[str]) -> None:
        """A request for each kind and room of what was asked for."""
        ids = dict(db.rows("SELECT request_no, id FROM request WHERE visit_id = ? AND state = 'signed'", (visit.id,)))
        assert len(numbers) == len(visit.asked), "a request for each kind"
        for number, line in zip(numbers, visit.asked, strict=True):
            visit.dues.append(Request(ids[number], visit, [line], self.day))
        visit.asked = []

    @step(needs=lambda self: self.plain.sheets(), at=pick, by_other=rarely, anew=st.booleans())
    def void_sheet(self, at: int, by_other: bool, anew: bool) -> None:
        sheets = self.plain.sheets()
        self.throw_away(self.some(at, [one for one in sheets if one.state == "open"], sheets), by_other, anew)

    def throw_away(self, sheet: Sheet, by_other: bool, anew: bool) -> None:
        self.label = "void_sheet"
        visit = sheet.visit
        assert visit.doctor is not None
        doctor = 1 - visit.doctor if by_other else visit.doctor
        reasons = set() if doctor == visit.doctor else {"consultation.other_doctor"}
        if sheet.is_voided:
            reasons.add("consultation.sheet_not_signed")
        if sheet.state == "billed":
            reasons.add("charging.sheet_paid")
        if sheet.last_out:
            reasons.add("pharmacy.sheet_given")
        result = self.do(
            self.actor("doctor", doctor),
            lambda uow: services.void_prescription(uow, sheet.id, "剂量要改", write_anew=anew), reasons,
        )  # fmt: skip
        if result is None:
            return
        sheet.is_voided, sheet.state = True, "withdrawn"
        if anew:
            visit.note = "amending" if visit.note == "signed" else visit.note
            have = {line.drug for line in visit.draft}
            ids = {line.drug_id: line.id for line in queries.lines_of(_draft_id(visit))}
            again = [one for one in sheet.lines if one.drug not in have]
            visit.draft += [Line(ids[one.drug.id], one.drug, one.quantity) for one in again]


def _typed(drug: Drug, quantity: int) -> TypedLine:
    found = dictionaries.drug(drug.id)
    assert found is not None
    return TypedLine(
        drug.id, f"{found.usual_dose}{found.dose_unit}", found.frequency, "3", found.route, str(quantity),
        reason=LONG_COURSE,
    )  # fmt: skip


def _rev(visit: Visit) -> int:
    """The rev that the screen was drawn with."""
    sheet = queries.draft_of_visit(visit.id)
    return sheet.rev if sheet else 0


def _draft_id(visit: Visit) -> bytes:
    sheet = queries.draft_of_visit(visit.id)
    assert sheet is not None
    return sheet.id
