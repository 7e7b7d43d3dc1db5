"""The screen of the treatment room (治疗室): who waits, what is due and late first, scan, execute, papers (mock 08)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from jinja2 import FileSystemLoader

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.ids import NOTHING, read_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.treatments import documents, queries, services
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields

_HERE = Path(__file__).resolve()
blueprint = Blueprint("treatments", __name__, url_prefix="/treatments", template_folder="templates")
blueprint.jinja_loader = FileSystemLoader([_HERE.parent / "templates", _HERE.parents[3] / "print_templates"])
SCREEN = "treatments"
OPEN_TEST, OPEN_ENTRY = ("ordered", "started"), ("planned", "running")


@blueprint.get("/")
@access("treatments.view", in_menu=True)
def index() -> Response:
    """The first who waits, or an empty page that says that nobody does."""
    waiting = queries.waiting(clock.today())
    return _page(waiting[0].patient_id if waiting else None, waiting)


@blueprint.get("/patients/<id:patient_id>")
@access("treatments.view")
def patient(patient_id: bytes) -> Response:
    return _page(patient_id, queries.waiting(clock.today()))


@blueprint.get("/queue")
@access("treatments.view", is_poll=True)
def queue() -> Response:
    """The list of patients alone, polled; `at` is the one on the screen."""
    return pages.page(
        "treatments/_queue.html", waiting=queries.waiting(clock.today()), at=request.args.get("at", ""),
        today=clock.today(),
    )  # fmt: skip


@blueprint.post("/tests/<id:test_id>/start")
@access("treatments.execute", writes=ONCE)
def start_test(test_id: bytes) -> Response:
    known_fields("batch_no", "is_emergency")
    form = request.form
    made = command(
        lambda uow: services.start_test(
            uow, test_id, batch_no=form.get("batch_no", ""), is_emergency=form.get("is_emergency") == "1"
        )
    ).result
    minutes = parameters.value("treatments.skin_test_minutes", clock.today())
    return _back(made, _("皮试开始计时，%(minutes)d 分钟后看结果") % {"minutes": minutes})


@blueprint.post("/tests/<id:test_id>/read")
@access("treatments.execute", writes=ONCE)
def read_test(test_id: bytes) -> Response:
    known_fields("before_mm", "after_mm", "second")
    form = request.form
    made = command(
        lambda uow: services.read_test(
            uow, test_id, before_mm=form.get("before_mm", ""), after_mm=form.get("after_mm", ""),
            second=form.get("second", ""),
        )
    ).result
    if made["is_positive"]:
        return _back(made, _("皮试阳性：过敏已记上，药不能用，患者回医生那里退药"))
    return _back(made, _("皮试阴性，可以取药用药了"))


@blueprint.post("/executions/<id:execution_id>/begin")
@access("treatments.execute", writes=ONCE)
def begin(execution_id: bytes) -> Response:
    """Execute after both scans; a mismatch is stored in the log and told in red above the fields."""
    known_fields("patient_code", "label", "emergency_reason")
    form = request.form
    made = command(
        lambda uow: services.begin(
            uow, execution_id, patient_code=form.get("patient_code", ""), label=form.get("label", ""),
            emergency_reason=form.get("emergency_reason", ""),
        )
    ).result
    if made.get("mismatch"):
        return pages.see(
            url_for(".patient", patient_id=bytes.fromhex(made["patient_id"]), at=execution_id.hex(), wrong=made["what"])
        )
    return _back(made, _("执行记上了"))


@blueprint.post("/executions/<id:execution_id>/patrol")
@access("treatments.execute", writes=ONCE)
def patrol(execution_id: bytes) -> Response:
    known_fields("drops", "text")
    return _record(execution_id, "patrol", _("巡视记上了"))


@blueprint.post("/executions/<id:execution_id>/reaction")
@access("treatments.execute", writes=ONCE)
def reaction(execution_id: bytes) -> Response:
    known_fields("drops", "text")
    return _record(execution_id, "reaction", _("反应记上了，叫医生来看"))


@blueprint.post("/executions/<id:execution_id>/finish")
@access("treatments.execute", writes=ONCE)
def finish(execution_id: bytes) -> Response:
    known_fields("drops", "text")
    made = command(lambda uow: services.finish(uow, execution_id)).result
    return _back(made, _("输完了，拔针时间记上了"))


@blueprint.post("/executions/<id:execution_id>/stop")
@access("treatments.execute", writes=ONCE)
def stop(execution_id: bytes) -> Response:
    known_fields("drops", "text")
    why = request.form.get("text", "")
    if not why.strip():
        raise Refused("treatments.stop_reason", field="text")
    made = command(lambda uow: services.finish(uow, execution_id, stopped_because=why)).result
    return _back(made, _("停了，理由记上了"))


@blueprint.get("/patients/<id:patient_id>/papers/<any(labels,injection_slip,infusion_card,treatment_slip):kind>")
@access("treatments.view")
def papers(patient_id: bytes, kind: str) -> Response:
    """Labels and slips of everything that is open today (IN-02)."""
    if patients.patient(patient_id) is None:
        raise Missing("treatments.patient_missing", next_url="/treatments")
    open_chart(patient_id, SCREEN)
    found = documents.slips(patient_id, kind, clock.today())
    if not found.entries:
        raise Refused("treatments.nothing_to_print", next_url=url_for(".patient", patient_id=patient_id))
    return pages.page(f"treatments/{kind}.html.j2", p=found, back=url_for(".patient", patient_id=patient_id))


def _record(execution_id: bytes, kind: str, said: str) -> Response:
    form = request.form

    def act(uow: UnitOfWork) -> dict[str, Any]:
        return services.record(uow, execution_id, kind, text=form.get("text", ""), drops=form.get("drops", ""))

    return _back(command(act).result, said, at=execution_id.hex())


def _back(made: dict[str, Any], said: str, at: str = "") -> Response:
    url = url_for(".patient", patient_id=bytes.fromhex(made["patient_id"]), at=at or None)
    return pages.see(url, said)


def _page(patient_id: bytes | None, waiting: list[queries.Waiting]) -> Response:
    today, me = clock.today(), pages.me_may("treatments.execute")
    values: dict[str, Any] = {"waiting": waiting, "today": today, "can": me, "patient": None, "at": "", "chosen": None}
    if patient_id is None:
        return pages.page("treatments/index.html", **values)
    banner = patients.banner(patient_id, today)
    if banner is None:
        raise Missing("treatments.patient_missing", next_url="/treatments")
    open_chart(patient_id, SCREEN)
    tests = queries.open_tests_of_patient(patient_id, today)
    entries = [_shown(one) for one in queries.entries_of_patient(patient_id, today)]
    tested = {one.drug_id for one in tests if one.state in OPEN_TEST}
    for one in entries:  # ST-01: nothing of it is given before the test is read
        one["waits_for_test"] = any(part.drug_id in tested for part in one["parts"] if part.drug_id)
    chosen = _chosen(read_id(request.args.get("at", "")) or NOTHING, tests, entries, today.isoformat())
    later = [one for one in waiting if one.patient_id != patient_id]
    return pages.page(
        "treatments/index.html",
        **{**values, "patient": banner, "tests": [_test(one) for one in tests], "entries": entries,
           "at": patient_id.hex(), "chosen": chosen, "after": later[0].patient_id if later else None,
           "log": queries.log_of(chosen["one"].id) if chosen and chosen["kind"] == "entry" else [],
           "wrong": request.args.get("wrong", ""), "two": parameters.value("treatments.skin_test_two_staff", today),
           "minutes": parameters.value("treatments.skin_test_minutes", today)},
    )  # fmt: skip


def _chosen(
    wanted: bytes, tests: list[queries.SkinTest], entries: list[dict[str, Any]], day: str
) -> dict[str, Any] | None:
    """What the right pane is about: the row asked for, else the first that is due."""
    shown = [_test(one) for one in tests] + entries
    picked = next((one for one in shown if one["one"].id == wanted), None)
    due: list[Callable[[dict[str, Any]], bool]] = [
        lambda one: one["kind"] == "test" and one["one"].state in OPEN_TEST,
        lambda one: one["kind"] == "entry" and one["one"].state in OPEN_ENTRY and one["one"].planned_on <= day,
    ]
    return picked or next((one for rule in due for one in shown if rule(one)), shown[0] if shown else None)


def _test(one: queries.SkinTest) -> dict[str, Any]:
    drug, minutes = one.drug, parameters.value("treatments.skin_test_minutes", clock.today())
    ready = one.started_at + minutes * 60_000 if one.started_at else 0
    return {
        "kind": "test", "one": one, "name": named(drug.name, drug.name_en), "is_paid": one.is_paid, "ready_at": ready,
        "batch_no": one.batch_no or documents.held_batch(one),
    }  # fmt: skip


def _dose(part: queries.Part) -> str:
    """A dose as ordered, its unit in the language of the screen."""
    if words.is_source() or part.drug_id is None:
        return part.dose_text
    return words.dose(part.dose_text, dictionaries.drug(part.drug_id))


def _shown(one: queries.Execution) -> dict[str, Any]:
    routes = {route.code: route for route in dictionaries.routes()}
    route = routes.get(one.route)
    return {
        "kind": "entry", "one": one, "parts": queries.parts_of(one.id), "named": named,
        "dose": _dose,
        "route": named(route.name, route.name_en) if route else _("治疗"),
        "unpaid": queries.why_not_paid(one) if one.state == "planned" else "",
    }  # fmt: skip
