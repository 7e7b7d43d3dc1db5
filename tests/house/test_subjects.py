"""Manifests, events, papers and patient reads: what every subject owes the house."""

import ast
import re
from pathlib import Path

from clinic_app import registry
from clinic_app.kernel import outbox, printing
from tests.conftest import Clinic
from tests.house.source import ROOT, sources

LAYERS = {
    "module", "models", "rules", "services", "queries", "events", "views", "forms", "documents", "invariants",
    "gateway", "migrations", "templates", "data", "importing", "starter", "__init__",
}  # fmt: skip


def test_every_folder_of_modules_is_registered() -> None:
    folders = {path.name for path in (ROOT / "clinic_app" / "modules").iterdir() if (path / "module.py").exists()}
    assert folders == set(registry.MODULES)


def test_file_names_are_layers() -> None:
    odd = []
    for name in registry.MODULES:
        for path in (ROOT / "clinic_app" / "modules" / name).iterdir():
            if path.stem not in LAYERS and path.name != "__pycache__" and path.suffix != ".md":
                odd.append(f"{name}/{path.name}")
    assert odd == []


def test_every_event_is_named_in_the_past_and_belongs_to_its_subject(clinic: Clinic) -> None:
    for module in clinic.modules:
        for event in module.events:
            assert event.name.startswith(module.name + "."), event.name
            assert event.version >= 1 and event.fields, event.name


def test_every_event_that_is_emitted_is_declared(clinic: Clinic) -> None:
    declared = {event.name for module in clinic.modules for event in module.events}
    made = {
        node.args[0].value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event"
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert made == declared


def test_every_subscription_and_guard_is_bound(clinic: Clinic) -> None:
    assert set(outbox.subscribers) == {name for module in clinic.modules for name in module.on}
    assert set(outbox.guards) == {name for module in clinic.modules for name in module.guards}


def test_every_paper_has_a_layout_and_a_golden_file(clinic: Clinic) -> None:
    for module in clinic.modules:
        for document in module.documents:
            subject, name = document.split(".")
            assert subject == module.name
            page = ROOT / "print_templates" / subject / f"{name}.html.j2"
            if not page.exists():
                assert printing.layout(document)
            golden = [path for path in (ROOT / "tests" / "golden").iterdir() if path.name.startswith(document)]
            assert golden, f"{document} has no golden file"


def test_every_print_template_belongs_to_a_declared_paper(clinic: Clinic) -> None:
    declared = {document for module in clinic.modules for document in module.documents}
    found = {
        f"{path.parent.name}.{path.name.removesuffix('.html.j2').removesuffix('.toml')}"
        for path in (ROOT / "print_templates").rglob("*") if path.is_file() and not path.name.startswith("_")
    }  # fmt: skip
    assert found <= declared


def test_reads_by_patient_follow_merged_records() -> None:
    """A query that selects by patient_id goes through `same_person`, else a merge would hide rows."""
    by_patient = re.compile(r"\bpatient_id\s*(=\s*[?:]|IN\s*\()", re.IGNORECASE)
    wrong = []
    for source in sources():
        if not source.subject or source.subject == "patients" or source.layer != "queries":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef):
                segment = ast.get_source_segment(source.text, node) or ""
                if by_patient.search(segment) and "same_person" not in segment:
                    wrong.append(f"{source.path}:{node.lineno} {node.name}")
    assert wrong == []


def test_every_subject_mirrors_its_tests() -> None:
    missing = [name for name in registry.MODULES if not list((ROOT / "tests" / "modules" / name).glob("test_*.py"))]
    assert missing == []


def test_new_module_writes_a_skeleton_that_the_house_accepts(tmp_path: Path) -> None:
    from appliance.new_module import new_module

    assert new_module(tmp_path, "immunisation") == 0
    assert new_module(tmp_path, "immunisation") == 2
    assert new_module(tmp_path, "No-Name") == 2
    made = tmp_path / "clinic_app" / "modules" / "immunisation"
    for path in made.rglob("*.py"):
        compile(path.read_text("utf-8"), str(path), "exec")
    assert 'name="immunisation"' in (made / "module.py").read_text("utf-8")
