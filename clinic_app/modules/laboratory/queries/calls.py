"""Critical values (危急值) and who was told of them; what the top bar says of them."""

from dataclasses import dataclass

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.laboratory.queries.worklist import waiting
from clinic_app.modules.laboratory.rules import is_overdue


@dataclass(frozen=True, slots=True)
class Call:
    """One critical value; `told_at` and `told_name` once somebody read it back."""

    id: bytes
    report_id: bytes
    visit_id: bytes
    patient_id: bytes
    patient_name: str
    line_id: bytes
    code: str
    name: str
    name_en: str
    unit: str
    value: str
    found_at: int
    told_at: int | None
    told_name: str | None
    doctor_id: bytes

    @property
    def shown_name(self) -> str:
        return named(self.name, self.name_en)


_CALL = (
    "SELECT c.id, c.report_id, r.visit_id, r.patient_id, p.name, r.line_id, c.code, a.name, a.name_en, a.unit, c.value,"
    " c.found_at, c.told_at, u.name, q.doctor_id FROM critical_call c JOIN report r ON r.id = c.report_id"
    " JOIN patient p ON p.id = r.patient_id JOIN analyte a ON a.code = c.code JOIN request q ON q.id = r.request_id"
    " LEFT JOIN person u ON u.id = c.told_id"
)


def calls_of_report(report_id: bytes) -> list[Call]:
    return db.read(Call, f"{_CALL} WHERE c.report_id = ? AND c.withdrawn_at IS NULL ORDER BY c.found_at", (report_id,))


def open_calls() -> list[Call]:
    """Critical values that nobody was told of yet, the longest waiting first."""
    return db.read(
        Call, f"{_CALL} WHERE c.told_at IS NULL AND c.withdrawn_at IS NULL ORDER BY c.found_at LIMIT 50", ()
    )


def tiles(actor: Actor) -> dict[str, str]:
    """How many tests and examinations wait, for the home page of who reports them."""
    if not actor.may("laboratory.report"):
        return {}
    return {"laboratory.index": _("待检 %(count)d 项") % {"count": len(waiting(today()))}}


def chips(actor: Actor) -> list[Chip]:
    """Critical values not told yet, for who must tell and for the doctor who asked; red when overdue."""
    if not actor.may("laboratory.view"):
        return []
    found = open_calls()
    if not actor.may("laboratory.report"):
        found = [one for one in found if one.doctor_id == actor.person_id]
    if not found:
        return []
    minutes = parameters.value("laboratory.critical_minutes", today())
    late = sum(is_overdue(one.found_at, clock.read().at, minutes) for one in found)
    if late:
        return [Chip(_("危急值超时 %(count)d") % {"count": late}, "off", f"/laboratory/?line={found[0].line_id.hex()}")]
    return [Chip(_("危急值 %(count)d") % {"count": len(found)}, "warn", f"/laboratory/?line={found[0].line_id.hex()}")]
