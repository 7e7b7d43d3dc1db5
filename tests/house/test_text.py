"""What must not stand in any file: doors for injected code, second clocks, floats of money, foreign words."""

import ast
import re

from tests.house.source import ROOT, files, sources

TEMPLATES = [path for path in files(".html", ".j2") if "templates" in str(path)]


def _lines(pattern: str, paths: list) -> list[str]:  # type: ignore[type-arg]
    expression = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if expression.search(line)
    ]


def test_templates_never_switch_off_escaping() -> None:
    assert _lines(r"\|\s*safe\b|autoescape\s+false|Markup\(", TEMPLATES) == []


def test_templates_hold_no_script_or_style_of_their_own() -> None:
    assert _lines(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son(?!ce=)[a-z]+=|hx-on|javascript:", TEMPLATES) == []


def test_htmx_triggers_have_no_filter_that_needs_eval() -> None:
    assert _lines(r"hx-trigger=\"[^\"]*\[|hx-vals=.?js:|hx-vars", TEMPLATES) == []


def test_python_never_builds_markup_or_runs_text() -> None:
    doors = r"\bMarkup\(|\beval\(|\bexec\(|import pickle|pickle\.load|yaml\.load|render_template_string"
    assert _lines(doors, files_of_product()) == []


def files_of_product() -> list:  # type: ignore[type-arg]
    return [ROOT / source.path for source in sources()]


def test_time_comes_from_the_kernel_clock() -> None:
    allowed = {"clinic_app/kernel/clock.py", "clinic_app/kernel/ids.py"}
    paths = [
        ROOT / source.path
        for source in sources()
        if source.name.startswith("clinic_app") and source.path not in allowed
    ]
    assert _lines(r"datetime\.now|datetime\.utcnow|date\.today|time\.time\(|time\.time_ns\(", paths) == []


def test_no_float_touches_money_quantity_or_dose() -> None:
    named = re.compile(r"(_fen|_e4|amount|price|quantity|dose|strength)\b")
    found = []
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                line = source.text.splitlines()[node.lineno - 1]
                if named.search(line):
                    found.append(f"{source.path}:{node.lineno}")
    assert found == []


def test_the_schema_knows_no_floating_column() -> None:
    steps = [ROOT / source.path for source in sources() if ".migrations." in source.name]
    assert _lines(r"\b(REAL|FLOAT|DOUBLE|NUMERIC|DECIMAL)\b", steps) == []


def test_sql_text_is_never_made_from_data() -> None:
    """An f-string that looks like SQL may only hold constants of the file, or `marks` for question marks."""
    found = []
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
                if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", text):
                    for part in node.values:
                        if isinstance(part, ast.FormattedValue) and not _is_constant(part.value):
                            found.append(f"{source.path}:{node.lineno}: {ast.unparse(part.value)}")
    assert found == []


def _is_constant(node: ast.expr) -> bool:
    """A name in capitals, such a text filled with literals, or `marks`: a row of question marks."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        literal = all(isinstance(given.value, ast.Constant) for given in node.keywords) and not node.args
        return literal and _is_constant(node.func.value)
    if isinstance(node, ast.Name) and node.id == "marks":
        return True
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return bool(name) and name.lstrip("_").isupper()


def test_no_file_speaks_of_anything_but_the_product() -> None:
    foreign = r"/work/main|/tmp/brief|\.library|farm-studio|farm-bench|Claude|Anthropic|ChatGPT|\bLLM\b"
    paths = [
        path
        for path in files(".py", ".md", ".html", ".js", ".css", ".po", ".toml", ".j2", ".csv", ".txt")
        if path.name != "test_text.py"
    ]
    assert _lines(foreign, paths) == []
