"""Steps of requests: asked for, charged, executed, reported, cancelled before, withdrawn, and what comes too late."""

from hypothesis import strategies as st

from clinic_app.kernel import db
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.laboratory import services as laboratory
from clinic_app.modules.treatments import queries as treatments
from clinic_app.modules.treatments import services as treatment_room
from tests.model.plain_records import Line, Report, Request, Visit
from tests.model.return_rules import ReturnRules
from tests.model.steps import pick, step

VALUES = {"wbc": "6.5", "neut": "60", "lymph": "30", "rbc": "4.8", "hgb": "145", "hct": "45", "plt": "220"}
ALARMING = {**VALUES, "hgb": "40"}  # so low that the doctor is called back at once, at whatever age
FOUND = {"findings": "窦性心律", "conclusion": "未见异常"}
items = st.integers(0, 2)
rarely = st.sampled_from((False, False, False, True))


class RequestRules(ReturnRules):
    @step(
        needs=lambda self: any(visit.note for visit in self.plain.visits), at=pick, item=items,
        quantity=st.integers(1, 3), by_other=rarely,
    )  # fmt: skip
    def ask_for_item(self, at: int, item: int, quantity: int, by_other: bool) -> None:
        begun = [visit for visit in self.plain.visits if visit.note]
        visit = self.some(at, [one for one in begun if one.note != "signed"], begun)
        assert visit.doctor is not None
        self.write_item(visit, 1 - visit.doctor if by_other else visit.doctor, item, quantity)

    def write_item(self, visit: Visit, doctor: int, item: int, quantity: int) -> None:
        self.label = "ask_for_item"
        drug = self.plain.items[item]
        reasons = self._why_no_writing(visit, doctor)
        if not reasons and any(line.drug is drug for line in visit.asked):
            reasons = {"consultation.item_twice"}
        draft = requests.draft_request(visit.id)
        rev = draft.rev if draft else 0
        result = self.draft(
            self.actor("doctor", doctor),
            lambda uow: consultation.add_item(uow, visit.id, drug.id, rev, quantity=str(quantity)), reasons,
        )  # fmt: skip
        if result is not None:
            visit.asked.append(Line(bytes.fromhex(result["line_id"]), drug, quantity))

    def lines_asked(self, kinds: str) -> list[tuple[Request, Line]]:
        found = [(one, line) for one in self.plain.requests() for line in one.lines]
        return [(one, line) for one, line in found if (line.drug.code == "S0012") == (kinds == "treatment")]

    @step(needs=lambda self: self.lines_asked("treatment"), at=pick)
    def treat(self, at: int) -> None:
        asked = self.lines_asked("treatment")
        self.execute(*self.some(at, [(one, line) for one, line in asked if one.state == "billed"], asked))

    def execute(self, request: Request, line: Line) -> None:
        """Each time that was paid is executed once; what was paid back or withdrawn never (IN-02)."""
        self.label = "treat"
        course = treatments.course_of_request(request.id)
        assert course is not None
        entries = [one for one in treatments.executions_of_course(course.id) if one.source_line_id == line.id]
        planned = [one for one in entries if one.state == "planned"]
        to_do = 0 if request.state == "withdrawn" else line.quantity - line.refunded - line.done
        assert len(planned) == to_do, "what is planned (E1)"
        entry = (planned or entries)[0]
        reasons = set() if planned else {"treatments.execution_changed"}
        if planned and request.state != "billed":
            reasons = {"treatments.not_paid"}
        visit_no = db.value("SELECT visit_no FROM visit WHERE id = ?", (request.visit.id,))
        result = self.do(
            self.actor("nurse"),
            lambda uow: treatment_room.begin(uow, entry.id, patient_code=visit_no, label=entry.label_no), reasons,
        )  # fmt: skip
        if result is not None:
            assert "mismatch" not in result
            line.done += 1

    @step(needs=lambda self: self.lines_asked("report"), at=pick)
    def examine(self, at: int) -> None:
        asked = self.lines_asked("report")
        self.report(*self.some(at, [(one, line) for one, line in asked if one.state == "billed"], asked))

    def report(self, request: Request, line: Line) -> None:
        """The next thing of a report: take the specimen, enter, verify by a second person."""
        if line.report is None:
            self._collect(request, line)
        elif line.report.state == "collected":
            self._enter(line.report, line)
        elif line.report.state == "entered":
            self._verify(line.report)
        else:
            self._collect(request, line)

    def _collect(self, request: Request, line: Line) -> None:
        self.label = "collect"
        is_paid = request.state == "billed" and line.refunded < line.quantity
        reasons = set() if is_paid else {"laboratory.not_paid"}
        if request.state == "withdrawn":
            reasons = {"laboratory.withdrawn"}
        if line.report:
            reasons = {"laboratory.collected_already"}
        result = self.do(self.actor("technician"), lambda uow: laboratory.collect(uow, line.id), reasons)
        if result is not None:
            line.report = Report(bytes.fromhex(result["report_id"]))

    def _enter(self, report: Report, line: Line) -> None:
        self.label = "enter"
        measured = ALARMING if self.commands % 4 == 0 else VALUES
        values, told = (measured, {}) if line.drug.code == "S0015" else ({}, FOUND)
        result = self.do(
            self.actor("technician"), lambda uow: laboratory.enter(uow, report.id, report.rev, values, **told)
        )
        assert result is not None
        if values == ALARMING:
            assert result["critical"], "a critical value (L2)"
            self.tally["critical value"] += 1
        report.state, report.rev = "entered", report.rev + 1

    def _verify(self, report: Report) -> None:
        self.label = "verify"
        self.do(self.actor("doctor"), lambda uow: laboratory.verify(uow, report.id, report.rev))
        report.state, report.rev = "verified", report.rev + 1

    @step(needs=lambda self: any(line.report for _one, line in self.lines_asked("report")), at=pick)
    def cancel_report(self, at: int) -> None:
        """The specimen clotted, the patient does not want to: then it may be paid back (FE-09)."""
        begun = [line for _one, line in self.lines_asked("report") if line.report]
        line = self.some(at, [one for one in begun if one.report and one.report.state != "verified"], begun)
        report = line.report
        assert report is not None
        result = self.do(
            self.actor("technician"), lambda uow: laboratory.cancel(uow, report.id, "标本凝了"),
            {"laboratory.report_changed"} if report.state == "verified" else (),
        )  # fmt: skip
        if result is not None:
            line.report = None

    @step(needs=lambda self: self.plain.requests(), at=pick, by_other=rarely)
    def withdraw_request(self, at: int, by_other: bool) -> None:
        asked = self.plain.requests()
        self.take_request_back(self.some(at, [one for one in asked if one.state == "open"], asked), by_other)

    def take_request_back(self, request: Request, by_other: bool = False) -> None:
        self.label = "withdraw_request"
        doctor = request.visit.doctor
        assert doctor is not None
        checks = {
            "consultation.other_doctor": by_other,
            "consultation.request_changed": request.state == "withdrawn",
            "treatments.executed_of_request": any(line.done for line in request.lines),
            "laboratory.done": any(line.report for line in request.lines),
            "charging.request_paid": request.state == "billed",
        }
        result = self.do(
            self.actor("doctor", 1 - doctor if by_other else doctor),
            lambda uow: consultation.withdraw_request(uow, request.id, "不做了"),
            {code for code, is_so in checks.items() if is_so},
        )
        if result is not None:
            request.state = "withdrawn"
