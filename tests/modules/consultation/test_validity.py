import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation.rules.validity import check_days


@pytest.mark.rule("RX-05")
@pytest.mark.parametrize(("days", "limit"), [(8, 7), (4, 3)])
def test_more_days_than_the_limit_need_a_reason(days, limit):
    for reason in ("", "  　"):
        with pytest.raises(Refused) as refused:
            check_days(days, limit_days=limit, reason=reason)
        assert refused.value.code == "consultation.days_need_reason"
        assert refused.value.facts == {"days": days, "limit": limit}
    check_days(days, limit_days=limit, reason="慢性病，路远")


@pytest.mark.rule("RX-05")
def test_days_up_to_the_limit_need_none():
    check_days(7, limit_days=7)
