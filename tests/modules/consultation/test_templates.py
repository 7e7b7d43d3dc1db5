"""Templates and phrases: found by pinyin, they fill and add, and what they require is enforced."""

import pytest

from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import templates
from clinic_app.modules.consultation.rules.filling import filled, with_phrase
from tests.conftest import hidden
from tests.modules.consultation.conftest import CONTENTS

HYPERTENSION = {"present_illness": "规律服药，家里血压___", "examination": "心律齐", "plan": "低盐饮食"}


def _keep(clinic, place=0, **named):
    given = {"name": "高血压复诊", "scope": "personal", "texts": HYPERTENSION, "required": ("blood_pressure",), **named}
    made = clinic.run(clinic.actor("doctor", place), lambda uow: services.save_template(uow, **given))
    return bytes.fromhex(made["template_id"])


def _apply(one, template_id, place=0, **fields):
    rev = queries.note(one.visit_id).rev
    return one.draft(services.apply_template, template_id, fields, rev, place=place)


def test_empty_fields_are_filled_and_written_ones_are_added_to_never_replaced():
    made = filled({"plan": "休息", "examination": "", "chief_complaint": "头晕"},
                  {"plan": "低盐饮食", "examination": "心律齐", "chief_complaint": "复诊"})  # fmt: skip
    assert made == {"plan": "休息\n低盐饮食", "examination": "心律齐", "chief_complaint": "头晕"}
    assert filled(made, {"plan": "低盐饮食"}) == made


@pytest.mark.parametrize(
    ("there", "made"),
    [("", "双肺清"), ("咽红", "咽红；双肺清"), ("咽红，", "咽红，双肺清"), ("咽红\n", "咽红\n双肺清")],
)
def test_a_phrase_comes_after_what_is_written(there, made):
    assert with_phrase(there, "双肺清") == made


def test_it_is_found_by_pinyin_initials_and_fills_the_note_over_what_was_just_typed(clinic, writing):
    template_id, one = _keep(clinic), writing()
    doctor = clinic.actor("doctor")
    assert [hit.id for hit in templates.templates_matching("gxy", doctor.person_id, "")] == [template_id]
    assert templates.templates_matching("tnb", doctor.person_id, "") == []
    done = _apply(one, template_id, plan="先休息")
    note = queries.note(one.visit_id)
    assert (note.plan, note.examination, done["field"]) == ("先休息\n低盐饮食", "心律齐", "blood_pressure")


def test_what_the_template_requires_and_its_blanks_are_named_at_signing(clinic, writing):
    template_id, one = _keep(clinic), writing()
    one.write()
    one.note(present_illness="")
    _apply(one, template_id)
    with pytest.raises(Invalid) as refused:
        one.sign()
    assert list(refused.value.refusals) == ["present_illness", "blood_pressure"]
    assert one.sign(present_illness="规律服药，家里血压 130/80", blood_pressure="132/82")["version"] == 1


def test_a_phrase_goes_into_its_field_alone_and_requires_nothing(clinic, writing):
    template_id, one = _keep(clinic, name="双肺清", field="examination"), writing()
    one.write()
    _apply(one, template_id)
    note = queries.note(one.visit_id)
    assert (note.examination, note.plan, note.required) == (f"{CONTENTS['examination']}；心律齐", CONTENTS["plan"], "")


def test_a_personal_one_is_nobody_elses_and_a_department_sees_its_own(clinic, writing):
    own, shared = _keep(clinic), _keep(clinic, name="门诊通用", scope="clinic")
    ward = _keep(clinic, name="儿科", scope="department", speciality="全科儿科")
    colleague = clinic.actor("doctor", 1)
    seen = {one.id for one in templates.templates_matching("", colleague.person_id, "全科儿科")}
    assert seen == {shared, ward} and own not in seen
    assert {one.id for one in templates.templates_matching("", colleague.person_id, "全科")} == {shared}
    one = writing()
    with pytest.raises(Missing):
        clinic.run(colleague, lambda uow: services.disable_template(uow, own))
    with pytest.raises(Refused, match="template_of_other"):
        clinic.run(colleague, lambda uow: services.disable_template(uow, shared))
    assert queries.note(one.visit_id).required == ""


def test_the_same_name_makes_a_new_version_and_a_disabled_one_is_gone(clinic, writing):
    template_id = _keep(clinic)
    assert _keep(clinic, texts={"plan": "少吃盐"}) == template_id
    assert (templates.template(template_id).version, templates.template(template_id).content) == (2, {"plan": "少吃盐"})
    clinic.run(clinic.actor("doctor"), lambda uow: services.disable_template(uow, template_id))
    with pytest.raises(Missing):
        _apply(writing(), template_id)


@pytest.mark.parametrize(
    ("named", "code"), [({"name": "  "}, "template_name_missing"), ({"texts": {}}, "template_empty")]
)
def test_a_template_has_a_name_and_texts(clinic, named, code):
    with pytest.raises(Refused, match=code):
        _keep(clinic, **named)


def test_the_pane_comes_back_filled_and_an_old_page_overwrites_nothing(browser_as, clinic, writing):
    template_id, one, doctor = _keep(clinic), writing(), browser_as("doctor")
    url = f"/doctor/visits/{one.visit_id.hex()}"
    page = doctor.get(url).text
    marks = {name: hidden(page, name) for name in ("note_rev", "note_drawn")}
    form = {"template": template_id.hex(), **marks}
    one.note(plan="另一个窗口写的")
    answer = doctor.post(f"{url}/templates/apply", {**form, "plan": "这边写的"}, **{"HX-Request": "true"})
    assert answer.status_code == 409 and queries.note(one.visit_id).plan == "另一个窗口写的"
    answer = doctor.post(f"{url}/templates/apply", {**form, "plan": ""}, **{"HX-Request": "true"})
    assert answer.status_code == 200 and "低盐饮食" in answer.text
    assert queries.note(one.visit_id).plan == "另一个窗口写的\n低盐饮食"
