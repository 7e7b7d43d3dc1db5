"""Papers (单据) of a desk: the answer to "did it come out?", another try, giving up, a reprint, a test page."""

from dataclasses import replace
from typing import Any

from clinic_app.kernel import clock, installation, jobs, printing
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries
from clinic_app.modules.desks.documents import PRINTERS, TEST, TestPage

ON_ITS_WAY = frozenset({jobs.QUEUED, jobs.SENDING, jobs.NOT_STARTED})


def answer_paper(uow: UnitOfWork, job_id: bytes, *, came_out: bool) -> dict[str, Any]:
    """Take a person's word for a paper of unknown fate: "no" sends the same copy again. -> {"job_id"}"""
    job = _paper_of_this_desk(uow, job_id)
    jobs.settle_unknown(uow.conn, job_id, came_out=came_out, at=uow.at)
    uow.wakes = not came_out
    uow.audit(
        "desks.answer_paper", job_id, patient_id=job.patient_id,
        document=job.document, copy=job.copy_no, came_out=int(came_out),
    )
    return {"job_id": job_id.hex()}


def retry_now(uow: UnitOfWork) -> dict[str, Any]:
    """Send what waits at this desk at once, oldest first: the printer has paper again. -> {"count"}

    Refuses when nothing waits; a paper of unknown fate waits for a person's answer, not for the printer.
    """
    desk_id = uow.actor.desk_id
    count = hurry(uow, desk_id)
    unknown = 0 if count or desk_id is None else sum(one.state == jobs.UNKNOWN for one in jobs.unfinished(desk_id))
    if unknown:
        raise Refused("desks.did_it_come_out", count=unknown)
    if not count:
        raise Refused("desks.nothing_waits")
    uow.wakes = True
    uow.audit("desks.retry_now", uow.actor.desk_id, count=count)
    return {"count": count}


def hurry(uow: UnitOfWork, desk_id: bytes | None) -> int:
    """End the pause of every paper that waits at a desk for its next try; returns how many."""
    return jobs.end_pauses(uow.conn, desk_id, uow.at)


def give_up_paper(uow: UnitOfWork, job_id: bytes) -> dict[str, Any]:
    """Let go a waiting paper that nobody needs any more; it keeps its copy number (P1). -> {"job_id"}"""
    job = _paper_of_this_desk(uow, job_id)
    if not jobs.give_up(uow.conn, job_id, uow.at):
        raise Refused("desks.paper_gone_on")
    uow.audit("desks.give_up_paper", job_id, patient_id=job.patient_id, document=job.document, copy=job.copy_no)
    return {"job_id": job_id.hex()}


def reprint(uow: UnitOfWork, job_id: bytes) -> dict[str, Any]:
    """Queue the same paper again for the actor's desk as the next copy, marked 补打 n (FE-16, P1).

    The caller has checked that this person may print this document. Refuses while a copy is still on its way.
    -> {"job_id", "copy_no"}
    """
    job = jobs.find(job_id)
    if job is None:
        raise Missing("desks.no_such_paper")
    newest = jobs.of_document(job.document, job.entity)
    if newest is not None and newest.state in ON_ITS_WAY:
        raise Refused("desks.still_on_its_way")
    if newest is not None and newest.state == jobs.UNKNOWN:
        raise Refused("desks.answer_first", next_url="/printing/jobs")
    model = {**job.model, printing.OPENS_DRAWER: False}  # no money moves with a copy
    made = uow.print_job(job.document, job.entity, model, patient_id=job.patient_id)
    copy_no = job.copy_no + 1 if newest is None else newest.copy_no + 1
    uow.audit("desks.reprint", made, patient_id=job.patient_id, document=job.document, copy=copy_no)
    return {"job_id": made.hex(), "copy_no": copy_no}


def test_print(uow: UnitOfWork, desk_id: bytes) -> dict[str, Any]:
    """Queue a test page (测试页) for a desk, wherever the actor sits. -> {"job_id"}"""
    desk = queries.desk(desk_id)
    if desk is None or not desk.is_open:
        raise Missing("desks.no_such_desk")
    if desk.printer_kind == "none":
        raise Refused("desks.no_printer", name=desk.name)
    printer = f"{PRINTERS[desk.printer_kind]} {desk.printer_address}".strip()
    clinic = installation.current().clinic_name
    page = TestPage(clinic, desk.name, printer, uow.actor.name, clock.local_text(uow.at))
    there = replace(uow.actor, desk_id=desk_id)
    job_id = jobs.queue_print(uow.conn, there, TEST, new_id(), page.model(), None, uow.at)
    uow.wakes = True
    uow.audit("desks.test_print", desk_id)
    return {"job_id": job_id.hex()}


def _paper_of_this_desk(uow: UnitOfWork, job_id: bytes) -> jobs.Job:
    job = jobs.find(job_id)
    if job is None or job.desk_id is None or job.desk_id != uow.actor.desk_id:
        raise Missing("desks.no_such_paper")
    return job
