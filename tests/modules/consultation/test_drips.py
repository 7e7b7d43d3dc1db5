"""A drip needs a fluid to run in: told under the row, at once (IN-01)."""

from decimal import Decimal

import pytest

from clinic_app.kernel import clock
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.consultation.rules.groups import Member, drips_without_fluid, volume_of
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import HEALTHY

SALINE, POTASSIUM, METRONIDAZOLE_BAG = "D0034", "D0161", "D0060"
TOLD = "静脉滴注没有溶媒"


def _dry(one):
    rows = workbench.orders(visits.visit(one.visit_id), clock.today()).rows
    return [row.drug.code for row in rows if row.lacks_fluid]


def _row(line_no, volume, *, group=None, slip="infusion"):
    return Member(line_no, "药", group, "ivgtt", "qd", 1, slip, Decimal(volume))


@pytest.mark.rule("IN-01")
def test_what_drips_alone_is_told_until_it_shares_a_bottle_with_a_fluid(writing, browser_as):
    one = writing(HEALTHY)
    one.add(SALINE, days="1")
    drug = one.add(POTASSIUM, days="1", frequency="qd")
    page = f"/doctor/visits/{one.visit_id.hex()}"
    assert _dry(one) == [POTASSIUM] and TOLD in browser_as("doctor").get(page).text
    one.draft(services.join_group, drug, one.sheet_rev)
    assert _dry(one) == [] and TOLD not in browser_as("doctor").get(page).text


def test_a_bag_that_holds_its_own_fluid_needs_none(writing):
    one = writing(HEALTHY)
    one.add(METRONIDAZOLE_BAG, days="1")
    assert _dry(one) == [] and queries.draft_of_visit(one.visit_id)


@pytest.mark.rule("IN-01")
def test_a_container_of_the_least_volume_carries_and_one_below_does_not():
    assert drips_without_fluid([_row(1, 50), _row(2, 49)], 50) == {2}
    assert drips_without_fluid([_row(1, 49, group=1), _row(2, 2, group=1), _row(3, 50)], 50) == {1, 2}
    assert drips_without_fluid([_row(1, 50, group=1), _row(2, 2, group=1)], 50) == set()
    assert drips_without_fluid([_row(1, 2, slip="injection"), _row(2, 0, slip="oral")], 50) == set()


@pytest.mark.parametrize(
    ("strength", "volume"),
    [("250ml:2.25g×1袋", 250), ("500ml×1袋", 500), ("10ml:1g×5支", 10), ("0.75ml:1500国际单位×10支", "0.75"),
     ("1.0g×10瓶", 0), ("80万单位×50瓶", 0), ("", 0)],
)  # fmt: skip
def test_the_volume_is_what_the_strength_begins_with(strength, volume):
    assert volume_of(strength) == Decimal(volume)
