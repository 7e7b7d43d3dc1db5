"""Steps of the printer: a paper comes out, or not, or nobody knows; a receipt is printed again (P1)."""

from hypothesis import strategies as st

from clinic_app.kernel import db, jobs
from clinic_app.modules.charging import services
from clinic_app.modules.desks import services as desks
from tests.model.request_rules import RequestRules
from tests.model.steps import pick, step

ROLES = ("registrar", "cashier")


class PaperRules(RequestRules):
    @step(ends=st.sampled_from((jobs.PRINTED, jobs.PRINTED, jobs.UNKNOWN, jobs.SENDING)), most=st.integers(1, 8))
    def papers_are_sent(self, ends: str, most: int) -> None:
        """Some papers come out, the last one `ends` so; sending is a server that dies before it hears of it."""
        for left in range(most, 0, -1):
            job = jobs.claim()
            assert (job is None) == (not any(jobs.QUEUED in states for states in self.plain.papers.values()))
            if job is None:
                return
            state = ends if left == 1 else jobs.PRINTED
            if state == jobs.SENDING and not self.is_doubted:
                self.restart(is_clean=False)
                state = jobs.UNKNOWN
            else:
                state = jobs.PRINTED if state == jobs.SENDING else state
                jobs.finish(job, state)
            self.plain.papers[job.entity][job.copy_no - 1] = state
            self.tally[self.label] += 1

    @step(needs=lambda self: self.unknown_papers(), at=pick, came_out=st.booleans())
    def somebody_looks_whether_it_came_out(self, at: int, came_out: bool) -> None:
        papers = self.unknown_papers()
        entity, place = papers[at % len(papers)]
        job_id, desk_id = self._job(entity, place + 1)
        actor = next(actor for role in ROLES if (actor := self.actor(role)).desk_id == desk_id)
        if self.do(actor, lambda uow: desks.answer_paper(uow, job_id, came_out=came_out)):
            self.plain.papers[entity][place] = jobs.PRINTED if came_out else jobs.QUEUED

    def unknown_papers(self) -> list[tuple[bytes, int]]:
        return [
            (entity, place) for entity, states in self.plain.papers.items()
            for place, state in enumerate(states) if state == jobs.UNKNOWN
        ]  # fmt: skip

    def _job(self, entity: bytes, copy_no: int) -> tuple[bytes, bytes]:
        found = db.row("SELECT id, desk_id FROM job WHERE entity = ? AND copy_no = ?", (entity, copy_no))
        assert found is not None
        return found[0], found[1]

    @step(needs=lambda self: self.plain.bills, at=pick)
    def print_receipt_again(self, at: int) -> None:
        dry = [bill for bill in self.plain.bills if self.plain.papers[bill.id][-1] == jobs.PRINTED]
        bill = self.some(at, dry, self.plain.bills)
        states = self.plain.papers[bill.id]
        reasons = {"charging.voided_not_printed"} if bill.is_voided else set()
        if states[-1] == jobs.QUEUED:
            reasons.add("desks.still_on_its_way")
        if states[-1] == jobs.UNKNOWN:
            reasons.add("desks.answer_first")
        result = self.do(self.actor("cashier"), lambda uow: services.reprint_receipt(uow, bill.id), reasons)
        if result is not None:
            states.append(jobs.QUEUED)
            assert result["copy_no"] == len(states)
