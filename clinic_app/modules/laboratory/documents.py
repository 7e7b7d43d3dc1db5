"""The A5 report (检验检查报告单) as a browser paper; in Chinese whatever the language of the screen."""

from dataclasses import dataclass

from clinic_app.kernel import clock, i18n, installation
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.laboratory import queries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people

_TITLES = {"laboratory": "检 验 报 告 单", "examination": "检 查 报 告 单"}


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A verified report ready for print_templates/laboratory/report.html.j2."""

    clinic: str
    title: str
    number: str
    item: str
    name: str
    sex: str
    age: str
    person_no: str
    request_no: str
    doctor: str
    specimen: str
    collected: str
    reported: str
    values: tuple[dict[str, str], ...]
    findings: str
    conclusion: str
    entered_by: str
    verified_by: str
    version: int
    correct_reason: str
    is_replaced: bool


def report_paper(report_id: bytes) -> ReportPaper:
    """The paper of a verified report; Refused `laboratory.not_verified` before that, Missing for an unknown one."""
    found = queries.report(report_id)
    asked = queries.asked(found.line_id) if found else None
    if found is None or asked is None:
        raise Missing("laboratory.report_missing")
    if found.state != "verified" or found.verified_at is None:
        raise Refused("laboratory.not_verified", report_no=found.report_no)
    shown = i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        banner = patients.banner(found.patient_id, clock.local(found.collected_at).date())
        assert banner is not None  # a foreign key holds it
        values = tuple(
            {"name": one.name, "value": one.value, "mark": one.mark, "unit": one.unit, "range": one.range_text}
            for one in queries.values_of(report_id)
        )
        sex, age = banner.sex_text, banner.age_text
    finally:
        i18n.use(shown)
    who = people.names([one for one in (found.entered_by, found.verified_by) if one])
    newest = queries.live_report(found.line_id)
    return ReportPaper(
        clinic=installation.current().clinic_name, title=_TITLES[asked.kind],
        number=found.report_no, item=asked.item_name, name=banner.name, sex=sex, age=age, person_no=banner.person_no,
        request_no=asked.request_no, doctor=asked.doctor_name, specimen=found.specimen,
        collected=clock.local_text(found.collected_at), reported=clock.local_text(found.verified_at), values=values,
        findings=found.findings, conclusion=found.conclusion, entered_by=who.get(found.entered_by or b"", ""),
        verified_by=who.get(found.verified_by or b"", ""), version=found.version, correct_reason=found.correct_reason,
        is_replaced=newest is not None and newest.state == "verified" and newest.version > found.version,
    )  # fmt: skip
