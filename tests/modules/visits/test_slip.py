"""The registration slip as it comes out of the printer."""

from datetime import date
from pathlib import Path

import pytest

from clinic_app.kernel import i18n, jobs, printing
from clinic_app.kernel.errors import Refused
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.visits import documents, services

GOLDEN = Path(__file__).parents[2] / "golden" / "visits.slip.txt"
MODEL = documents.Slip(
    clinic="青溪镇中心卫生院", queue_no=28, room="二诊室", doctor="李志远", name="古丽·阿不都", sex_age="女 36岁",
    person_no="XQX01P0000006", visit_no="XQX01V26000028", kind="普通", payer="城乡居民医保",
    registered="2026-11-20 14:06", waiting_before=9,
)  # fmt: skip


def lines_of(model, **how):
    from dataclasses import asdict

    text = []
    for line in printing.render(printing.layout("visits.slip"), asdict(model), **how):
        if "columns" in line:
            text.append(" | ".join(column["text"] for column in line["columns"]))
        else:
            text.append(next(f"{key}: {line[key]}" for key in ("text", "rule", "barcode", "cut") if key in line))
    return "\n".join(text) + "\n"


def test_the_slip_is_the_agreed_one():
    assert lines_of(MODEL, is_practice=True, copy_no=2) == GOLDEN.read_text("utf-8")


def test_a_first_in_line_reads_nothing_of_a_line():
    from dataclasses import replace

    assert "前面还有" not in lines_of(replace(MODEL, waiting_before=0))


@pytest.fixture
def arrived(clinic):
    data = PatientData("冉春梅", "2", date(1990, 1, 1))
    room = desks.rooms()[0].id
    i18n.use("en")
    return clinic.run(
        clinic.actor("registrar"),
        lambda uow: services.register_arrival(uow, patient=data, room_id=room, kind="general", payer="self"),
    )


def test_registering_queues_one_slip_in_chinese_for_this_desk(clinic, arrived):
    job = jobs.find(bytes.fromhex(arrived["print_job"]))
    assert (job.document, job.copy_no, job.desk_id) == ("visits.slip", 1, clinic.desk_of("registrar"))
    assert job.model["sex_age"].startswith("女 ") and job.model["sex_age"].endswith("岁")
    assert job.model["kind"] == "普通"


def test_printing_again_counts_and_a_cancelled_visit_prints_nothing(clinic, arrived):
    visit_id, actor = bytes.fromhex(arrived["visit_id"]), clinic.actor("registrar")
    again = clinic.run(actor, lambda uow: services.print_slip(uow, visit_id))
    assert jobs.find(bytes.fromhex(again["print_job"])).copy_no == 2
    clinic.run(actor, lambda uow: services.cancel_visit(uow, visit_id, "挂错人"))
    with pytest.raises(Refused) as err:
        clinic.run(actor, lambda uow: services.print_slip(uow, visit_id))
    assert err.value.code == "visits.cancelled_already"
