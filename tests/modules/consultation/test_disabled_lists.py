"""What is taken out of use cannot be prescribed, however it is typed; what is signed stays readable."""

import pytest

from clinic_app.kernel import i18n
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation.documents.prescription import prescription_paper
from clinic_app.modules.consultation.queries.working_out import lists, work_out
from clinic_app.modules.consultation.views.orders import options
from clinic_app.modules.dictionaries import services as dictionaries
from clinic_app.modules.dictionaries.queries import versions
from tests.visit import arrive, consult, typed


def disable(clinic, kind: str, code: str) -> None:
    clinic.run(
        clinic.actor("manager"),
        lambda uow: dictionaries.set_disabled(uow, kind, code, True, rev=versions.rev_of(kind, code)),
    )


@pytest.mark.parametrize(
    ("kind", "code", "refused_as"),
    [("frequencies", "tid", "consultation.frequency_disabled"), ("routes", "po", "consultation.route_disabled")],
)
def test_a_disabled_frequency_or_route_is_refused_by_name_and_no_longer_offered(clinic, kind, code, refused_as):
    line = typed("D0001")
    assert work_out(line, today(), limit_days=7).quantity
    disable(clinic, kind, code)
    with pytest.raises(Refused) as refused:
        work_out(line, today(), limit_days=7)
    assert refused.value.code == refused_as and "停用" in i18n.refusal(refused.value)
    assert code not in [one for one, _ in options(lists(), i18n.SOURCE)[kind == "routes"]]


def test_a_signed_sheet_with_a_route_that_was_disabled_since_is_read_as_it_was(clinic):
    visit = arrive(clinic)["visit_id"]
    (sheet,) = consult(clinic, visit)
    disable(clinic, "routes", "po")
    paper = prescription_paper(sheet)
    assert paper is not None and "口服" in str(paper)
