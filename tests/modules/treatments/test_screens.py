"""The treatment room over HTTP: the list, skin test, scans, patrol; wrong roles, stale forms, hostile text."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock
from clinic_app.modules.treatments import queries
from tests.modules.treatments.conftest import CEFAZOLIN, PENICILLIN, SALINE, Later

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_from_the_test_to_the_running_bottle(case, browser_as, language):
    one = case()
    one.add(SALINE, "250ml", "qd", 2, "ivgtt")
    one.join(one.add(PENICILLIN, "240万单位", "qd", 2, "ivgtt"))
    one.ask("S0012")
    one.sign()
    one.pay()
    nurse = browser_as("nurse")
    nurse.client.set_cookie("language", language)
    assert nurse.get("/treatments/").status_code == 200
    test = one.tests[0].id.hex()
    here = f"/treatments/patients/{one.patient_id.hex()}"
    assert nurse.post(f"/treatments/tests/{test}/start", {"batch_no": HOSTILE}).status_code == 303
    assert HOSTILE not in nurse.get(here).text
    assert nurse.post(f"/treatments/tests/{test}/read", {"before_mm": "3", "after_mm": "5"}).status_code == 422
    clock.source = Later(15 * 60_000)
    nurse = browser_as("nurse")  # whose screen has not locked meanwhile
    read = {"before_mm": "3", "after_mm": "5", "second": "0002"}
    assert nurse.post(f"/treatments/tests/{test}/read", read, once="the-same-command").status_code == 303
    assert nurse.post(f"/treatments/tests/{test}/read", read, once="the-same-command").status_code == 303
    assert nurse.post(f"/treatments/tests/{test}/read", read).status_code == 409
    bottle = next(entry for entry in one.entries if entry.slip == "infusion")
    url = f"/treatments/executions/{bottle.id.hex()}"
    number = db.value("SELECT visit_no FROM visit WHERE id = ?", (one.visit_id,))
    wrong = nurse.post(f"{url}/begin", {"patient_code": number, "label": HOSTILE})
    assert wrong.status_code == 303
    told = nurse.get(wrong.headers["Location"]).text
    assert "note stop" in told and HOSTILE not in told
    assert [row.kind for row in queries.log_of(bottle.id)] == ["mismatch"]
    assert nurse.post(f"{url}/begin", {"patient_code": number, "label": bottle.label_no}).status_code == 303
    assert nurse.post(f"{url}/patrol", {"drops": "50", "text": ""}).status_code == 303
    assert nurse.post(f"{url}/stop", {"drops": "", "text": " "}).status_code == 422
    assert nurse.get(f"{here}?at={bottle.id.hex()}").status_code == 200
    assert nurse.post(f"{url}/finish", {}).status_code == 303
    assert nurse.post(f"{url}/finish", {}).status_code == 409
    assert nurse.get(f"{here}?at={bottle.id.hex()}").status_code == 200
    assert nurse.get("/treatments/queue").status_code == 200


def test_only_nurses_execute(case, browser_as):
    one = case()
    one.add(CEFAZOLIN, "1g", "qd", 1, "ivgtt")
    one.sign()
    one.pay()
    url = f"/treatments/executions/{one.entries[0].id.hex()}"
    for role in ("doctor", "cashier", "pharmacist", "registrar", "manager"):
        assert browser_as(role).post(f"{url}/begin", {"patient_code": "x", "label": "x"}).status_code == 403
    assert browser_as("doctor").get(f"/treatments/patients/{one.patient_id.hex()}").status_code == 200
    assert browser_as("cashier").get(f"/treatments/patients/{one.patient_id.hex()}").status_code == 403
