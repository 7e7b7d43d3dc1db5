"""Every word that a person sees stands in every locale; every refusal code has its sentence."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from clinic_app.kernel import parameters
from tests.conftest import Clinic
from tests.house.source import ROOT, Source, files, sources

LANGUAGES = {"zh_CN": "zh_CN", "en": "en"}
REFUSALS = {"Refused", "Denied", "Missing", "Stale"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%[sd]|\{\w+\}")


@lru_cache(maxsize=4)
def messages(language: str) -> dict[tuple[str, str], str]:
    """(context, msgid) to translation over all subjects of a language."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if not message.id:
                    continue
                msgid = message.id[0] if isinstance(message.id, tuple) else message.id
                text = " ".join(message.string) if isinstance(message.string, tuple) else message.string
                key = (message.context or "", msgid)
                if found.get(key, text) != text:
                    raise AssertionError(
                        f"{language}: two translations of {key}: {found[key]!r} and {text!r} in {path.name}"
                    )
                found[key] = text
    return found


def refusals_raised() -> Iterator[tuple[Source, ast.Call]]:
    """Every refusal that is made, with the file it is made in."""
    for source in sources():
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in REFUSALS
                and node.args
            ):
                yield source, node


def codes_in_use() -> dict[str, str]:
    """Refusal code to the place that raises it."""
    found = {}
    for source, node in refusals_raised():
        first = node.args[0]
        for part in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found[part.value] = f"{source.path}:{node.lineno}"
    return found


def messages_in_use() -> dict[tuple[str, str], str]:
    """Chinese source text to the place that shows it, from templates and Python."""
    found = {}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    for path in files(".py", ".html", ".j2"):
        relative = path.relative_to(ROOT).as_posix()
        if not relative.startswith(("clinic_app", "appliance", "print_templates")):
            continue
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if path.suffix == ".py" else {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        with path.open("rb") as file:
            for line, message, _comments, context in extract(method, file, keywords=keywords, options=options):
                msgid = message[0] if isinstance(message, tuple) else message
                if msgid:
                    found[(context or "", msgid)] = f"{relative}:{line}"
    for source in sources():
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("MenuItem", "Invariant")
            ):
                place, context = (0, "menu") if node.func.id == "MenuItem" else (1, "")
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    found[(context, node.args[place].value)] = f"{source.path}:{node.lineno}"
    return found


def test_every_refusal_code_has_a_sentence_in_every_locale() -> None:
    missing = [
        f"{language}: {code} ({place})"
        for code, place in sorted(codes_in_use().items())
        for language in LANGUAGES
        if not messages(language).get(("refusal", code))
    ]
    assert missing == []


def test_every_sentence_of_a_code_stands_with_its_context() -> None:
    """A code without `msgctxt` is found by nobody: its person would read the code."""
    bare = [
        f"{language}: {msgid}"
        for language in LANGUAGES
        for context, msgid in messages(language)
        if not context and re.fullmatch(r"[a-z]+\.[a-z_]+", msgid)
    ]
    assert bare == []


def test_no_sentence_is_left_for_a_code_nobody_raises() -> None:
    used = set(codes_in_use())
    text = "\n".join(source.text for source in sources())
    unused = [
        msgid
        for context, msgid in messages("en")
        if context == "refusal" and msgid not in used and f'"{msgid}"' not in text
    ]
    assert unused == []


def test_every_message_is_translated() -> None:
    english = messages("en")
    missing = [
        f"{place}: {key[1]}"
        for key, place in sorted(messages_in_use().items())
        if _chinese(key[1]) and not english.get(key)
    ]
    assert missing == []


def test_no_sentence_puts_people_off_until_a_later_version() -> None:
    """What is built may be used now; a sentence written before that sends people to nobody."""
    put_off = re.compile(r"以后才有|功能以后|以后的版本|[Cc]omes? later|later version")
    found = [
        f"{language}: {key[1]}" for language in LANGUAGES for key, text in messages(language).items()
        if put_off.search(str(text)) or put_off.search(key[1])
    ]  # fmt: skip
    assert found == []


def test_translations_keep_their_placeholders() -> None:
    chinese, wrong = messages("zh_CN"), []
    for key, text in messages("en").items():
        source = chinese.get(key, "") if key[0] in ("refusal", "notice") else key[1]
        if key[0] in ("refusal", "notice"):
            if set(PLACEHOLDER.findall(source)) ^ set(PLACEHOLDER.findall(text)):
                wrong.append(f"{key[1]}: {source!r} / {text!r}")
        elif text and not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(source)):
            wrong.append(f"{source!r} / {text!r}")
    assert wrong == []


def test_no_chinese_stands_in_a_template_untranslated() -> None:
    """Text of a template goes through gettext; papers stay Chinese by law (LG-05)."""
    bare = []
    for path in files(".html"):
        if "clinic_app" not in str(path) or path.name in ("error.html",):
            continue
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}",
            lambda found: "\n" * found.group(0).count("\n"),
            path.read_text("utf-8"),
            flags=re.DOTALL,
        )
        for number, line in enumerate(text.splitlines(), 1):
            if _chinese(line) and "中文" not in line:
                bare.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:60]}")
    assert bare == []


def test_a_refusal_names_a_drug_or_a_service_in_the_language_of_its_reader() -> None:
    """The name of a list is Chinese: a service takes it through `named`; a rule is given the name to say."""
    wrong = [
        f"{source.path}:{node.lineno}: {word.arg}={ast.unparse(word.value)}"
        for source, node in refusals_raised() if source.layer != "rules"
        for word in node.keywords if word.arg in ("drug", "item")
        and isinstance(word.value, ast.Attribute) and word.value.attr in ("name", "item_name")
        and not (isinstance(word.value.value, ast.Name) and word.value.value.id == "self")
    ]  # fmt: skip
    assert wrong == []


def _chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)


def test_the_source_of_every_parameter_is_told_in_chinese_too(clinic: Clinic) -> None:
    """What somebody wrote as the reason of a change stays as typed; what comes with the product has a translation."""
    told = {text for context, text in messages("zh_CN") if context == "source"}
    declared = {one.source for one in parameters.declared()}
    assert sorted(declared - told) == [] and sorted(told - declared) == [] and len(told) > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_and_its_subject_is_named_in_the_language(language: str, clinic: Clinic) -> None:
    known = messages(language)
    wanted = {("parameter", one.name) for one in parameters.declared()}
    wanted |= {("subject", name.partition(".")[0]) for _context, name in wanted}
    assert len(wanted) > 30 and sorted(wanted - set(known)) == []
