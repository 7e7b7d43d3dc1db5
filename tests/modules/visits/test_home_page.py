"""The home page says beside each entry what waits there."""

import pytest

from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import services


@pytest.fixture
def waiting(clinic):
    """Two people in the line."""
    room = desks.rooms()[0].id
    for name in ("cgy", "wds"):
        one = patients.search(name)[0].id
        clinic.run(
            clinic.actor("registrar"), lambda uow, one=one: services.register_visit(uow, patient_id=one, room_id=room)
        )


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("registrar", ("今天挂了 2 个，候诊 2", "按姓名、电话、证件找")),
        ("doctor", ("候诊 2 人",)),
        ("cashier", ("待收 2 人",)),
        ("pharmacist", ("待发 0 张",)),
    ],
)
def test_each_role_sees_what_waits_for_it(browser_as, waiting, role, said):
    page = browser_as(role).get("/").text
    assert [text for text in said if f"<small>{text}</small>" not in page] == []


def test_who_may_not_see_a_count_is_not_told_it(browser_as, waiting):
    page = browser_as("auditor").get("/").text
    assert "候诊 2" not in page and "待收" not in page
