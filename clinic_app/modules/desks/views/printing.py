"""Papers of the desk at which a person sits: what waits, what needs an answer, what came out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, jobs, ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import forms, queries, services
from clinic_app.modules.desks.documents import TEST
from clinic_app.modules.desks.views import blueprint, words
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, SIGNED_IN, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


@dataclass(frozen=True, slots=True)
class Paper:
    """A line of the list; `patient` is empty for whoever is not of the care team."""

    id: bytes
    document: str
    copy: str
    patient: str
    person: str
    at: int
    state: str
    word: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeskPapers:
    """The papers of one desk; no desk, no papers."""

    desk: queries.Desk | None = None
    open: Sequence[jobs.Job] = ()
    finished: Sequence[jobs.Job] = ()

    @property
    def seen(self) -> str:
        """A mark that changes with every state that the list shows."""
        state = "".join(f"{job.id.hex()}{job.state}{job.reason}" for job in (*self.open, *self.finished))
        return hashlib.sha256(state.encode()).hexdigest()[:16]


@blueprint.get("/printing/jobs")
@access("printing.own")
def papers() -> Response:
    return pages.page("desks/papers.html", **_lists(_of_this_desk()))


@blueprint.get("/printing/jobs/list")
@access("printing.own", is_poll=True)
def paper_list() -> Response:
    """The two panes again, or nothing when they are as the browser has them: a swap would take the focus."""
    papers = _of_this_desk()
    if request.args.get("seen") == papers.seen:
        return Response(status=204)
    return pages.page("desks/_papers.html", **_lists(papers))


@blueprint.get("/printing/jobs/<id:job_id>/status")
@access(SIGNED_IN, is_poll=True)
def print_status(job_id: bytes) -> Response:
    """How one paper is doing; the fragment asks again until the answer is final."""
    return _status(_paper_of(job_id))


@blueprint.post("/printing/jobs/<id:job_id>/answer")
@access("printing.own", writes=ONCE)
def answer_paper(job_id: bytes) -> Response:
    known_fields("came_out")
    came_out = forms.came_out(request.form)
    command(lambda uow: services.answer_paper(uow, job_id, came_out=came_out))
    if pages.wants_fragment():
        return _status(_paper_of(job_id))
    return pages.see(url_for("desks.papers"), _("记下了，纸出来了") if came_out else _("再打一次，和刚才是同一张"))


@blueprint.post("/printing/jobs/retry")
@access("printing.own", writes=ONCE)
def retry_now() -> Response:
    known_fields()
    count = command(services.retry_now).result["count"]
    return pages.see(url_for("desks.papers"), _("%d 张又送去打印了") % count)


@blueprint.post("/printing/jobs/<id:job_id>/give-up")
@access("printing.own", writes=ONCE)
def give_up_paper(job_id: bytes) -> Response:
    known_fields()
    command(lambda uow: services.give_up_paper(uow, job_id))
    return pages.see(url_for("desks.papers"), _("这张不打了"))


@blueprint.post("/printing/jobs/<id:job_id>/reprint")
@access("printing.own", writes=ONCE)
def reprint(job_id: bytes) -> Response:
    known_fields()
    job = _paper_of(job_id)
    if job.patient_id is not None:
        open_chart(job.patient_id, "desks.papers", asks=not _is_of_today(job))
    made = command(lambda uow: services.reprint(uow, job_id)).result
    if pages.wants_fragment():
        return _status(_paper_of(bytes.fromhex(made["job_id"])))
    return pages.see(url_for("desks.papers"), _("补打 %d 送去打印了") % (made["copy_no"] - 1))


def _paper_of(job_id: bytes) -> jobs.Job:
    """A paper of the person's own desk; who looks after the devices also sees test pages anywhere."""
    job, me = jobs.find(job_id), actor()
    own = job is not None and job.desk_id is not None and job.desk_id == me.desk_id and me.may("printing.own")
    mine_alone = job is not None and job.desk_id is None and job.person_id == me.person_id and me.may("printing.own")
    test = job is not None and job.document == TEST and me.may("desks.manage")
    if job is None or not (own or mine_alone or test):
        raise Missing("desks.no_such_paper")
    return job


def _status(job: jobs.Job) -> Response:
    """The last answer tells the page that shows what waits at the desks."""
    is_final = job.state in jobs.FINAL
    return pages.answer(
        "desks/_print_status.html", events=("paperEnded",) if is_final else (), job=job,
        word=words.state(job)[0], kind=words.state(job)[1],
        reason=words.reason(job), document=words.document(job.document), copy=words.copy(job.copy_no),
        is_final=is_final, may_answer=actor().may("printing.own") and job.desk_id == actor().desk_id,
    )


def _of_this_desk() -> DeskPapers:
    desk_id = actor().desk_id
    desk = queries.desk(desk_id) if desk_id else None
    return DeskPapers(desk, jobs.unfinished(desk.id), queries.finished_papers(desk.id)) if desk else DeskPapers()


def _lists(papers: DeskPapers) -> dict[str, Any]:
    names = people.names(job.person_id for job in (*papers.open, *papers.finished))
    return {
        "desk": papers.desk,
        "open": [_line(job, names) for job in papers.open],
        "finished": [_line(job, names) for job in papers.finished],
        "seen": papers.seen,
    }


def _is_of_today(job: jobs.Job) -> bool:
    return clock.business_day(job.created_at) == clock.today()


def _may_be_named(job: jobs.Job) -> bool:
    """Whether the list says whose paper it is: to the care team; of an older one not when the record is restricted."""
    if not actor().roles & CARE_TEAM:
        return False
    if job.patient_id is None or _is_of_today(job) or not ports.bound.chart_guard:
        return True
    try:
        ports.bound.chart_guard(actor(), job.patient_id)
    except Refused:
        return False
    return True


def _line(job: jobs.Job, names: dict[bytes, str]) -> Paper:
    word, kind = words.state(job)
    patient = str(job.model.get("name", "")) if job.patient_id and _may_be_named(job) else ""
    return Paper(
        job.id, words.document(job.document), words.copy(job.copy_no), patient, names.get(job.person_id, ""),
        job.created_at, job.state, word, kind, words.reason(job),
    )
