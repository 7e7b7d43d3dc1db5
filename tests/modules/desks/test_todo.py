"""What of the desks waits for whom (待办): that there is one."""

from clinic_app.modules.desks.queries.todo import todo
from tests.conftest import Clinic


def test_a_clinic_without_a_desk_tells_those_who_set_them_up(clinic: Clinic) -> None:
    assert todo(clinic.actor("administrator")) == []
    clinic.raw("UPDATE desk SET is_open = 0")
    assert [one.url for one in todo(clinic.actor("administrator"))] == ["/desks"]
    assert todo(clinic.actor("cashier")) == []
