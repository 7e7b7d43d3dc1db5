"""The shared templates: what the content policy and the translations rely on."""

import hashlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

from clinic_app import registry
from tests.web.page_server import WEB, context, environment

SHARED = sorted(p for room in ("layouts", "components") for p in (WEB / "templates" / room).glob("*.html"))
FORBIDDEN = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son(click|change|input|load|submit|key\w+)=|hx-on|\|\s*safe\b"
    r"|hx-trigger=\"[^\"]*\["
)
TOO_NEW = re.compile(
    r":has\(|:is\(|:where\(|inset-inline|margin-inline:|padding-inline:|aspect-ratio|@layer|@container"
)
LOCALES = WEB.parents[1] / "locales"


def patient(**more: object) -> SimpleNamespace:
    facts = {
        "number": "P1", "queue_no": "12", "name": "陈桂英", "sex_text": "女", "age_text": "68岁", "visit_no": "M1",
        "identity_masked": "341***********0028", "phone_masked": "138****6621", "allergy_state": "none",
        "allergies": [], "allergy_note": "", "tags": ["签约居民", {"text": "居民医保", "kind": "ok", "icon": "shield"}],
    }
    return SimpleNamespace(**facts | more)


def render(source: str, **values: object) -> str:
    env = environment({"t.html": source})
    return env.get_template("t.html").render(context(**values))


@pytest.mark.parametrize("path", SHARED, ids=lambda p: p.name)
def test_shared_templates_hold_nothing_that_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert FORBIDDEN.search(text) is None


def test_every_sentence_of_the_shared_templates_has_english() -> None:
    with (LOCALES / "en" / "LC_MESSAGES" / "web.po").open("rb") as file:
        english = {message.id for message in read_po(file) if message.id and message.string}
    wanted = set()
    for room in ("layouts", "components"):
        found = extract_from_dir(str(WEB / "templates" / room), [("**.html", "jinja2")])
        wanted |= {message for _file, _line, message, _comments, _context in found}
    assert wanted and wanted - english == set()


def test_vendored_htmx_is_the_recorded_file() -> None:
    digest = hashlib.sha256((WEB / "static" / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (WEB / "static" / "VENDORED.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "most"), [("clinic.js", 399), ("clinic-guard.js", 130), ("clinic-ticks.js", 40)])
def test_the_own_scripts_stay_small(name: str, most: int) -> None:
    assert len((WEB / "static" / name).read_text(encoding="utf-8").splitlines()) <= most


def test_the_style_uses_nothing_newer_than_the_oldest_browser() -> None:
    style = re.sub(r"/\*.*?\*/", "", (WEB / "static" / "clinic.css").read_text(encoding="utf-8"), flags=re.S)
    assert TOO_NEW.search(style) is None
    assert "url(" not in style


def test_the_error_page_needs_nothing() -> None:
    source = (WEB / "templates" / "layouts" / "error.html").read_text(encoding="utf-8")
    assert "再试一次" in Environment(autoescape=True).from_string(source).render()


def test_the_banner_keeps_three_allergy_states_apart() -> None:
    source = '{% from "components/patient.html" import patient_banner %}{{ patient_banner(p) }}'
    known = render(source, p=patient(allergy_state="known", allergies=["青霉素类", "磺胺类"], allergy_note="皮疹"))
    assert 'class="allergy"' in known and "过敏：青霉素类、磺胺类" in known
    assert 'class="allergy none"' in render(source, p=patient())
    unknown = render(source, p=patient(allergy_state="unknown"))
    assert 'class="allergy unknown"' in unknown and "请先问" in unknown and "无已知过敏" not in unknown


def test_the_banner_of_somebody_without_an_age_ends_with_the_sex() -> None:
    source = '{% from "components/patient.html" import patient_banner %}{{ patient_banner(p) }}'
    assert "<small>性别不详</small>" in render(source, p=patient(sex_text="性别不详", age_text=""))
    assert "<small>女 · 68岁</small>" in render(source, p=patient(sex_text="女", age_text="68岁"))


def test_a_hostile_name_stays_text() -> None:
    source = '{% from "components/patient.html" import patient_banner %}{{ patient_banner(p) }}'
    assert "<img" not in render(source, p=patient(name="<img src=x onerror=alert(1)>"))


def test_a_refused_form_can_keep_its_command_key() -> None:
    source = '{% from "components/forms.html" import hidden_fields %}{{ hidden_fields(once) }}'
    assert 'name="once" value="kept"' in render(source, once="kept")
    assert 'name="once" value="once-1"' in render(source, once=None)


def test_a_field_in_error_names_its_message() -> None:
    call = 'field("手机号", "tel", "139", error="要 11 位", hx_get="/x", readonly=true)'
    source = '{% from "components/forms.html" import field %}{{ ' + call + ' }}'
    html = render(source)
    assert 'aria-invalid="true" aria-describedby="tel-msg"' in html and 'id="tel-msg">要 11 位' in html
    assert 'hx-get="/x"' in html and " readonly>" in html


def test_a_practice_clinic_says_so_on_page_and_paper() -> None:
    for layout, mark in (("work", "练习卫生院"), ("plain", "练习卫生院"), ("paper", "练习 · 不作凭证")):
        html = render(f'{{% extends "layouts/{layout}.html" %}}{{% block title %}}页{{% endblock %}}')
        assert mark in html and "<title>练习 · 页</title>" in html
    real = SimpleNamespace(name="真院", is_practice=False, code="A")
    assert "练习" not in render('{% extends "layouts/paper.html" %}', clinic=real)


def test_every_entry_of_the_menu_has_an_icon_that_is_drawn() -> None:
    icons = (WEB / "templates/components/icons.html").read_text("utf-8")
    named = {item.icon for module in registry.modules() for item in module.menu}
    assert named <= set(re.findall(r"^  '(\w+)':", icons, re.MULTILINE))
