"""The A5 request (申请单) as a browser paper; in Chinese whatever the language of the screen."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, i18n, installation
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.money import yuan
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits

_TITLES = {"treatment": "治 疗 申 请 单", "examination": "检 查 申 请 单", "laboratory": "检 验 申 请 单"}
_ROOMS = {
    "treatment": "治疗室", "laboratory": "检验室", "ecg": "心电图室", "ultrasound": "彩超室", "radiology": "放射室",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestPaper:
    """A signed request ready for print_templates/consultation/request.html.j2."""

    title: str
    clinic: str
    number: str
    visit_no: str
    name: str
    sex: str
    age: str
    room: str
    go_to: str
    diagnoses: tuple[str, ...]
    question: str
    is_urgent: bool
    is_withdrawn: bool
    allergies: str
    lines: tuple[dict[str, str], ...]
    doctor: str
    on: str
    time: str
    amount: str


def request_paper(request_id: bytes) -> RequestPaper:
    """The paper of a signed or withdrawn request; Missing for a draft or an unknown one."""
    found = requests.request(request_id)
    if found is None or found.signed_on is None or found.signed_at is None:
        raise Missing("consultation.request_missing")
    visit = visits.visit(found.visit_id)
    person = patients.patient(found.patient_id)
    assert visit is not None and person is not None  # foreign keys hold them
    day, shown = date.fromisoformat(found.signed_on), i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        banner = patients.banner(found.patient_id, day)
        assert banner is not None
        sex, age, allergies = banner.sex_text, banner.age_text, "、".join(banner.allergies)
    finally:
        i18n.use(shown)
    room = desks.room(visit.room_id)
    lines = [one for one in requests.request_lines(request_id) if one.withdrawn_at is None]
    return RequestPaper(
        title=_TITLES[found.kind], clinic=installation.current().clinic_name, number=found.request_no or "",
        visit_no=visit.visit_no, name=person.name, sex=sex, age=age, room=room.name if room else "",
        go_to=_ROOMS.get(found.executing_room, ""),
        diagnoses=tuple(one.name for one in queries.diagnoses_of_visit(found.visit_id)), question=found.question,
        is_urgent=bool(found.is_urgent), is_withdrawn=found.state == "withdrawn", allergies=allergies or "无已知过敏",
        lines=tuple(
            {"name": one.name, "quantity": f"{one.quantity}{one.unit}", "note": one.note,
             "amount": yuan(one.amount_fen(day))} for one in lines
        ),
        doctor=people.names([found.doctor_id]).get(found.doctor_id, ""), on=found.signed_on,
        time=clock.local(found.signed_at).strftime("%H:%M"), amount=yuan(sum(one.amount_fen(day) for one in lines)),
    )  # fmt: skip
