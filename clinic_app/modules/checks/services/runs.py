"""Having everything counted again (重新核对)."""

import json
from typing import Any

from clinic_app.kernel.ids import new_id
from clinic_app.kernel.invariants import Result
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.checks.models import CheckRun
from clinic_app.modules.checks.services.running import runner

PAGES = "PAGES"
MOST_PAGES = 20


def start_run(uow: UnitOfWork) -> dict[str, Any]:
    """Begin to count everything again in the background (重新核对); joins a run that is under way."""
    under_way = runner.progress()
    if under_way is not None:
        uow.audit("checks.join_run", under_way.run_id)
        return {"run_id": under_way.run_id.hex()}
    run_id, actor = new_id(), uow.actor
    CheckRun.insert(id=run_id, started_at=uow.at, started_by=actor.person_id).execute()
    uow.audit("checks.start_run", run_id)
    uow.after_commit(lambda: runner.start(run_id, lambda damaged, found: _finish(actor, run_id, damaged, found)))
    return {"run_id": run_id.hex()}


def _finish(actor: Actor, run_id: bytes, damaged: list[str], results: list[Result]) -> None:
    """Store what a run found, in a unit of work of its own."""
    found = [{"id": PAGES, "title": "", "rows": [[place, ""] for place in damaged[:MOST_PAGES]]}]
    found += [{"id": one.id, "title": one.title, "rows": [list(row) for row in one.violations]} for one in results]
    broken = sum(len(one["rows"]) for one in found)
    with unit_of_work(actor) as uow:
        CheckRun.update(
            finished_at=uow.at, violations=broken, findings=json.dumps(found, ensure_ascii=False)
        ).where((CheckRun.id == run_id) & CheckRun.finished_at.is_null()).execute()
        uow.audit("checks.finish_run", run_id, violations=broken, statements=len(results))
