"""Commands of the self-check (自检): the security report, the bundle."""

import json
from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import i18n, installation, ports
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.selfcheck import queries, rules
from clinic_app.modules.selfcheck.models import SecurityReport


def look_closely() -> Sequence[ports.CheckResult]:
    """Look at accounts, desks, keys, disk, clock, log and backup (安全自检), in Chinese.

    It takes seconds, so never under the write lock. Refused `selfcheck.unbound` where nothing can look (a command line
    without the appliance).
    """
    if ports.bound.selfcheck is None:
        raise Refused("selfcheck.unbound")
    with i18n.using(i18n.SOURCE):
        return ports.bound.selfcheck.results(only_security=True)


def write_report(uow: UnitOfWork, found: Sequence[ports.CheckResult]) -> dict[str, Any]:
    """Keep what was found. -> {"report_id", "worst"}"""
    lines = [{"id": one.id, "title": one.title, "state": one.state, "text": one.text} for one in found]
    worst, report_id = rules.worst(one.state for one in found), new_id()
    SecurityReport.insert(
        id=report_id, month=rules.month_of(uow.on), made_at=uow.at, made_by=uow.actor.person_id, worst=worst,
        findings=json.dumps(lines, ensure_ascii=False),
    ).execute()  # fmt: skip
    uow.audit("selfcheck.write_report", report_id, worst=worst, **{one.id: one.state for one in found})
    return {"report_id": report_id.hex(), "worst": worst}


def write_due_report(uow: UnitOfWork) -> None:
    """Each month has one, written by the clinic itself in the first hour of it that the server runs.

    Not in the first day of a clinic: what is not set up yet would stand as a fault for ever.
    """
    if ports.bound.selfcheck is None or not rules.has_settled(installation.current().created_at, uow.at):
        return
    if not queries.has_report_of(rules.month_of(uow.on)):
        uow.after_commit(_look_and_write)


def _look_and_write() -> None:
    found = look_closely()
    with unit_of_work(SYSTEM) as uow:
        if not queries.has_report_of(rules.month_of(uow.on)):
            write_report(uow, found)


def note_bundle(uow: UnitOfWork) -> dict[str, Any]:
    """A diagnostics bundle is made and leaves the PC: that stands in the audit trail."""
    if ports.bound.selfcheck is None:
        raise Refused("selfcheck.unbound")
    uow.audit("selfcheck.make_bundle")
    return {}
