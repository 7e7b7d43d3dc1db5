"""The triage questions on their page: added, worded anew, no longer asked; by the manager alone, with versions."""

import pytest

from clinic_app.kernel.errors import Stale
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.visits import queries, services

NEW = {"code": "market", "text": "去过活禽市场", "text_en": "Was at a live poultry market", "source": "县疾控通知",
       "reviewed": "yes"}  # fmt: skip


def asked() -> list[str]:
    return [one.code for one in queries.triage_questions()]


def test_a_question_is_added_worded_anew_and_stopped_with_its_versions(clinic, browser_as):
    manager = browser_as("manager")
    assert manager.post("/registration/questions", NEW).status_code == 303
    assert asked() == ["contact", "travel", "cluster", "market"]
    changed = {**NEW, "text": "两周内去过活禽市场", "rev": "1"}
    changed.pop("code")
    assert manager.post("/registration/questions/market", changed).status_code == 303
    assert manager.post("/registration/questions/market/disable", {"rev": "2"}).status_code == 303
    assert "market" not in asked()
    page = manager.get("/registration/questions?code=market").text
    assert "去过活禽市场" in page and "两周内去过活禽市场" in page and "停用中" in page
    assert [one.act for one in versions.versions_of(queries.QUESTIONS, "market")] == ["disabled", "changed", "added"]
    assert manager.post("/registration/questions/market/enable", {"rev": "3"}).status_code == 303
    assert asked()[-1] == "market"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"code": "Travel 2"}, "code"), ({"code": "travel"}, "code"), ({"text": ""}, "text"),
     ({"text": "问" * 41}, "text"), ({"text_en": "\x07"}, "text_en"), ({"source": ""}, "source")],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_stored(clinic, browser_as, changed, field):
    answer = browser_as("manager").post("/registration/questions", {**NEW, **changed})
    assert answer.status_code == 422 and f'id="{field}-msg"' in answer.text
    assert len(queries.all_questions()) == 3


def test_what_a_colleague_wrote_meanwhile_is_shown_and_not_overwritten(clinic, browser_as):
    values = {name: NEW[name] for name in ("text", "text_en", "source", "reviewed")}
    manager = browser_as("manager")
    assert manager.post("/registration/questions/travel", {**values, "rev": "0"}).status_code == 303
    answer = manager.post("/registration/questions/travel", {**values, "text": "别的话", "rev": "0"})
    assert answer.status_code == 409 and "别的话" in answer.text and "现在是：去过活禽市场" in answer.text
    assert queries.question("travel").text == "去过活禽市场"
    with pytest.raises(Stale):
        clinic.run(
            clinic.actor("manager"), lambda uow: services.set_question_disabled(uow, "travel", True, rev=0)
        )


def test_questions_that_nobody_reviewed_say_so_and_others_may_not_change_them(browser_as):
    assert browser_as("manager").get("/registration/questions").text.count("未审核") >= 3
    for role in ("registrar", "nurse", "doctor"):
        one = browser_as(role)
        assert one.get("/registration/questions").status_code == 403
        assert one.post("/registration/questions", NEW).status_code == 403
    assert browser_as("manager").get("/registration/questions?code=none").status_code == 404
