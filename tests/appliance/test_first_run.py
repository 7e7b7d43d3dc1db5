"""First run in the browser: what is typed is forgiven or refused with a sentence, and the clinic is made once."""

import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from appliance import first_run
from clinic_app import registry
from clinic_app.kernel import db, keys, opening, schema
from clinic_app.modules.dictionaries import starter
from clinic_app.web import security
from tests.conftest import config_of, hidden

FACTS = {
    "name": "样例卫生院", "code": "YL01", "division": "990499101", "admin_no": "0001", "admin": "何静",
    "password": "three-willow-trees", "again": "three-willow-trees",
}  # fmt: skip


class Page:
    """A browser at the first-run page of an empty folder."""

    def __init__(self, folder: Path, made: Any):
        app = first_run.create(config_of(folder), made)
        app.testing = False
        self.draft = first_run._drafts[str(folder)]
        self.client = app.test_client()

    def post(self, client: Any = None, **fields: str) -> Any:
        csrf = hidden(self.client.get("/first-run").text, "csrf")
        return (client or self.client).post("/first-run", data={"csrf": csrf, **fields})

    def words(self) -> dict[str, str]:
        """The three numbers that are asked, as an input method in full width writes them."""
        sheet = keys.sheet_words(self.draft.seed)
        wide = {place: "".join(chr(ord(digit) + 0xFEE0) for digit in sheet[place - 1]) for place in self.draft.asked}
        return {"step": "words"} | {f"word{place}": word for place, word in wide.items()}


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def page(tmp_path: Path, made: list[str]) -> Any:
    yield Page(tmp_path, lambda: made.append("made"))
    db.close_database()


def at_the_words(page: Page) -> dict[str, str]:
    page.post(code="".join(chr(ord(digit) + 0xFEE0) for digit in page.draft.code))
    assert page.post(**FACTS).status_code == 303
    return page.words()


def test_full_width_numbers_of_the_sheet_make_the_clinic(page: Page, tmp_path: Path, made: list[str]) -> None:
    assert page.post(**at_the_words(page)).location == "/sign-in"
    assert made == ["made"] and opening.exists(tmp_path)


def test_a_password_typed_differently_the_second_time_is_not_taken(page: Page) -> None:
    page.post(code=page.draft.code)
    answer = page.post(**{**FACTS, "again": "three-willow-tree"})
    assert answer.status_code == 422 and "两次输的密码不一样" in answer.text and not page.draft.facts
    assert "样例卫生院" in answer.text and "three-willow" not in answer.text


def test_the_language_that_was_chosen_stays_for_every_step_and_the_sign_in(page: Page) -> None:
    chosen = page.client.get("/first-run?lang=en")
    assert '<html lang="en"' in chosen.text and "language=en" in chosen.headers["Set-Cookie"]
    page.post(code=page.draft.code)
    assert page.post(**FACTS).status_code == 303 and "Recovery sheet" in page.client.get("/first-run").text
    strange = page.client.get("/first-run?lang=fr")
    assert '<html lang="en"' in strange.text and "Set-Cookie" not in strange.headers, "an unknown one changes nothing"


def test_a_language_that_nobody_chose_is_not_kept(page: Page) -> None:
    assert "language=" not in page.client.get("/first-run").headers.get("Set-Cookie", "")
    answer = page.client.post("/first-run?lang=zh-CN", data={"csrf": page.draft.csrf, "code": page.draft.code})
    assert answer.status_code == 303 and not any("language=" in one for one in answer.headers.getlist("Set-Cookie"))


def test_what_is_too_large_is_a_sentence_before_there_is_a_clinic(page: Page) -> None:
    answer = page.client.post("/first-run", data={"csrf": "x" * (security.LARGEST_BODY + 1)})
    assert answer.status_code == 413 and "最多 4 MB" in answer.text


def test_chinese_in_any_field_is_a_sentence_and_never_a_fault(page: Page) -> None:
    assert page.client.post("/first-run", data={"csrf": "中文"}).status_code == 422
    assert page.post(code="中文").status_code == 422
    words = at_the_words(page)
    assert page.post(**{name: "一二三" if name != "step" else text for name, text in words.items()}).status_code == 422
    page.client.set_cookie("first_run", "é")
    assert page.client.get("/first-run").status_code == 200


def test_a_double_click_makes_one_clinic(
    page: Page, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words, create, begun = at_the_words(page), opening.create_clinic, []
    token, csrf = page.draft.token, page.draft.csrf

    def slow(*given: Any) -> None:
        begun.append(1)
        time.sleep(0.3)
        create(*given)

    monkeypatch.setattr(opening, "create_clinic", slow)
    answers: list[int] = []

    def click() -> None:
        client = page.client.application.test_client()
        client.set_cookie("first_run", token)
        answers.append(client.post("/first-run", data={"csrf": csrf, **words}).status_code)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers == [303, 303] and begun == [1] and made == ["made"]


def test_a_clinic_that_is_made_but_does_not_open_says_to_start_again(tmp_path: Path) -> None:
    def fails() -> None:
        raise OSError("the port of the printer is gone")

    page = Page(tmp_path, fails)
    words = at_the_words(page)
    assert page.post(**words).location == "/first-run"
    said = page.client.get("/first-run").text
    assert "再启动一次" in said and page.client.post("/first-run", data={"csrf": page.draft.csrf}).status_code == 200
    opened = opening.open_clinic(tmp_path, registry.migration_steps())
    assert opened.clinic_name == FACTS["name"] and db.value("SELECT count(*) FROM person") == 1
    db.close_database()


@pytest.mark.parametrize(
    ("fault", "said"),
    [(OSError(28, "No space left on device"), "磁盘满了"), (RuntimeError("something nobody thought of"), "没建成")],
    ids=["full disk", "any fault"],
)
@pytest.mark.parametrize("place", ["migrate", "fill", "rename"])
def test_a_fault_while_making_leaves_no_half_clinic_and_may_be_repeated(
    place: str, fault: Exception, said: str, page: Page, tmp_path: Path, made: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    words, step = at_the_words(page), {"migrate": (schema, "migrate"), "fill": (starter, "load_starter_lists")}

    def fails(*_given: Any) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(*step.get(place, (os, "replace")), fails)
        answer = page.post(**words)
    assert answer.status_code == 422 and said in answer.text
    assert not opening.exists(tmp_path) and made == []
    assert page.post(**words).location == "/sign-in"
    assert made == ["made"] and opening.open_clinic(tmp_path, registry.migration_steps()).code == FACTS["code"]


def test_a_fault_between_the_two_renames_leaves_a_whole_clinic(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, replace, calls = at_the_words(page), os.replace, []

    def second_fails(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("held by another program")
        replace(*given)

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", second_fails)
        assert page.post(**words).location == "/first-run"
    assert opening.open_clinic(tmp_path, registry.migration_steps()).clinic_name == FACTS["name"]


def test_what_is_not_filled_in_is_said_so_and_the_first_of_them_has_the_focus(page: Page) -> None:
    page.post(code=page.draft.code)
    answer = page.post(**{**FACTS, "code": "", "division": "", "password": ""})
    assert answer.text.count("这一项还没填") == 3 and "“”" not in answer.text
    assert re.findall(r'<input class="in" id="(\w+)"[^>]* autofocus', answer.text) == ["code"]
    assert 'value="样例卫生院"' in answer.text
