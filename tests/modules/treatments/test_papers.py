"""Labels, slips and cards read as their golden files (IN-01, IN-02)."""

import pytest

from tests.modules.treatments.conftest import CEFAZOLIN, PENICILLIN, SALINE
from tests.modules.treatments.papers import is_golden


@pytest.fixture
def treated(case):
    """One bottle of two drugs, an injection after a negative test, and a dressing."""
    one = case()
    one.add(SALINE, "250ml", "qd", 2, "ivgtt")
    drug = one.add(CEFAZOLIN, "1g", "qd", 2, "ivgtt")
    one.join(drug)
    one.use(drug, minutes="100")
    one.add(PENICILLIN, "80万单位", "bid", 1, "im")
    one.ask("S0012", "2")
    one.sign()
    one.pay()
    one.negative()
    return one


@pytest.mark.rule("IN-01", "IN-02")
@pytest.mark.parametrize("kind", ["labels", "injection_slip", "infusion_card", "treatment_slip"])
def test_the_papers_read_as_the_golden_ones(treated, browser_as, kind):
    page = browser_as("nurse").get(f"/treatments/patients/{treated.patient_id.hex()}/papers/{kind}")
    assert page.status_code == 200 and is_golden(page.text, f"treatments.{kind}")


def test_nothing_to_print_says_so(case, browser_as):
    one = case()
    page = browser_as("nurse").get(f"/treatments/patients/{one.patient_id.hex()}/papers/labels")
    assert page.status_code == 422 or "没有要打印的" in page.text
