"""Papers of the desks, as the kernel's job queue keeps them."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.jobs import Job

# The list of states is the predicate of the index job_open, word for word, so that SQLite can use it.
_OPEN = "state IN ('queued', 'sending', 'not_started', 'unknown')"
_JOB = "id, document, entity, copy_no, patient_id, desk_id, person_id, payload, state, reason, attempts, created_at"
RECENT_PAPERS = 200


@dataclass(frozen=True, slots=True)
class PaperCount:
    """Unfinished papers of one desk: waiting for the printer, of unknown fate, and why the oldest waits."""

    waiting: int
    unknown: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the chips need of one desk."""

    printer_kind: str
    reader_kind: str
    waiting: int
    unknown: int
    reason: str


def papers_unfinished(desk_id: bytes) -> int:
    return int(db.value(f"SELECT count(*) FROM job WHERE {_OPEN} AND desk_id = ?", (desk_id,)))


def paper_counts() -> dict[bytes, PaperCount]:
    """Unfinished papers by desk; desks without any are left out."""
    found = db.rows(
        "SELECT desk_id, sum(state <> 'unknown'), sum(state = 'unknown'),"
        " max(CASE state WHEN 'not_started' THEN reason END)"
        f" FROM job WHERE {_OPEN} AND desk_id IS NOT NULL GROUP BY desk_id"
    )
    return {row[0]: PaperCount(row[1], row[2], row[3] or "") for row in found}


def desk_state(desk_id: bytes) -> DeskState | None:
    """A desk's devices and unfinished papers in one query; the top bar asks every 15 s."""
    return db.read_one(
        DeskState,
        "SELECT d.printer_kind, d.reader_kind, coalesce(sum(j.state <> 'unknown'), 0),"
        " coalesce(sum(j.state = 'unknown'), 0), coalesce(max(CASE j.state WHEN 'not_started' THEN j.reason END), '')"
        " FROM desk d LEFT JOIN (SELECT desk_id, state, reason FROM job"
        f" WHERE {_OPEN}) j ON j.desk_id = d.id WHERE d.id = ? GROUP BY d.id",
        (desk_id,),
    )


def papers_by_id(ids: list[bytes]) -> dict[bytes, Job]:
    marks = ",".join("?" * len(ids))
    return {job.id: job for job in db.read(Job, f"SELECT {_JOB} FROM job WHERE id IN ({marks})", ids)}


def finished_papers(desk_id: bytes, limit: int = 20) -> list[Job]:
    """The newest finished papers of a desk, among the clinic's newest 200: ids grow with time, no index is needed."""
    return db.read(
        Job,
        f"SELECT {_JOB} FROM (SELECT * FROM job ORDER BY id DESC LIMIT ?)"
        " WHERE desk_id = ? AND state IN ('printed', 'refused') LIMIT ?",
        (RECENT_PAPERS, desk_id, limit),
    )
