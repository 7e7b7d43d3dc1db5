"""Small rooms: no file over 400 lines, no layer file over 250, no function over 60, no room without a real name."""

import ast

from tests.house.source import ROOT, files, sources

FILE, LAYER, FUNCTION = 400, 250, 60
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}


def test_no_file_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)} has {count} lines"
        for path in files(".py", ".js", ".html", ".toml", ".j2")
        if (count := path.read_text("utf-8").count("\n")) > FILE
    ]
    assert long == []


def test_no_layer_file_is_too_long() -> None:
    long = [
        f"{source.path} has {count} lines: make it a folder of the same name"
        for source in sources()
        if source.layer and (count := source.text.count("\n")) > LAYER
    ]
    assert long == []


def test_no_function_is_too_long() -> None:
    long = []
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert long == []


def test_every_room_has_a_real_name() -> None:
    nameless = [str(path.relative_to(ROOT)) for path in files(".py") if NAMELESS & {path.stem, path.parent.name}]
    assert nameless == []


def test_the_usual_file_is_short() -> None:
    lengths = sorted(source.text.count("\n") for source in sources() if source.text)
    assert lengths[len(lengths) // 2] < 120


def test_every_public_thing_says_what_it_promises() -> None:
    silent = []
    for source in sources():
        if source.text.strip() and ast.get_docstring(source.tree) is None:
            silent.append(f"{source.path}: no docstring")
    assert silent == []
