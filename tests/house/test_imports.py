"""Who may import whom (architecture section 2)."""

import sys

from clinic_app.registry import MODULES
from tests.house.source import Source, sources

KERNEL_LIBRARIES = {"peewee", "playhouse", "apsw", "argon2", "cryptography"}
RULES_MAY = ("clinic_app.kernel.money", "clinic_app.kernel.quantity", "clinic_app.kernel.errors")
DRIVER_FILES = {"clinic_app/kernel/db.py", "clinic_app/kernel/keys.py"}
DRIVER_TYPES_ONLY = "apsw.Connection"
FACES = {"services", "queries", "events"}
DEVELOPMENT_SCRIPTS = {"clinic_app/kernel/data/make_pinyin_initials.py", "appliance/messages.py"}


def broken(rule: object) -> list[str]:
    """Every import of the product for which `rule(source, imported)` gives a sentence."""
    return [
        f"{source.path}:{line}: {said}"
        for source in sources()
        if source.path not in DEVELOPMENT_SCRIPTS
        for imported, line in source.imports()
        if (said := rule(source, imported))  # type: ignore[operator]
    ]


def own(imported: str) -> bool:
    return imported.split(".")[0] in ("clinic_app", "devices", "sync", "appliance", "tests")


def other_subject(source: Source, imported: str) -> list[str]:
    """[subject, layer, ...] when a subject's file imports another subject."""
    parts = imported.split(".")
    if source.subject and parts[:2] == ["clinic_app", "modules"] and parts[2] != source.subject:
        return parts[2:]
    return []


def test_a_subject_imports_only_subjects_before_it() -> None:
    def rule(source: Source, imported: str) -> str:
        parts = other_subject(source, imported)
        if parts and MODULES.index(parts[0]) > MODULES.index(source.subject):
            return f"{source.subject} imports {parts[0]}, which comes after it"
        return ""

    assert broken(rule) == []


def test_a_subject_imports_only_services_queries_and_events_of_another() -> None:
    def rule(source: Source, imported: str) -> str:
        parts = other_subject(source, imported)
        return f"{imported} is not the face of {parts[0]}" if parts and parts[1] not in FACES else ""

    assert broken(rule) == []


def test_rules_are_pure() -> None:
    def rule(source: Source, imported: str) -> str:
        if source.layer != "rules":
            return ""
        if own(imported):
            inside = imported.startswith(f"clinic_app.modules.{source.subject}.rules")
            return "" if inside or imported.startswith(RULES_MAY) else f"rules import {imported}"
        top = imported.split(".")[0]
        return "" if top in sys.stdlib_module_names and top not in ("os", "time", "random") else f"rules import {top}"

    assert broken(rule) == []


def test_the_kernel_stands_on_few_libraries_and_on_no_subject() -> None:
    def rule(source: Source, imported: str) -> str:
        if not source.name.startswith("clinic_app.kernel"):
            return ""
        if own(imported):
            return "" if imported.startswith(("clinic_app.kernel", "sync.wire")) else f"the kernel imports {imported}"
        top = imported.split(".")[0]
        return "" if top in sys.stdlib_module_names | KERNEL_LIBRARIES else f"the kernel imports {top}"

    assert broken(rule) == []


def test_web_knows_the_kernel_and_no_subject() -> None:
    def rule(source: Source, imported: str) -> str:
        if source.name.startswith("clinic_app.web") and own(imported):
            allowed = imported.startswith(("clinic_app.kernel", "clinic_app.web", "sync.wire"))
            return "" if allowed else f"web imports {imported}"
        return ""

    assert broken(rule) == []


def test_flask_is_known_to_web_views_and_app_only() -> None:
    def rule(source: Source, imported: str) -> str:
        rooms = ("clinic_app.web", "clinic_app.app", "appliance.first_run", "appliance.startup.recovery")
        allowed = source.name.startswith(rooms)
        if imported.split(".")[0] in ("flask", "werkzeug", "htmx_flask", "jinja2"):
            return "" if allowed or source.layer in ("views", "forms", "documents") else "Flask outside the web layers"
        return ""

    assert broken(rule) == []


def test_devices_are_imported_by_gateways_and_the_appliance_only() -> None:
    def rule(source: Source, imported: str) -> str:
        top = imported.split(".")[0]
        if top == "devices" and not source.name.startswith(("devices", "appliance")) and source.layer != "gateway":
            return "devices outside a gateway"
        if source.name.startswith("devices") and own(imported) and top != "devices":
            return f"the device library imports {imported}"
        return ""

    assert broken(rule) == []


def test_wire_is_pure_and_nobody_imports_the_appliance() -> None:
    def rule(source: Source, imported: str) -> str:
        if imported.split(".")[0] == "appliance" and not source.name.startswith("appliance"):
            return "somebody imports the appliance"
        if source.name.startswith("sync.wire"):
            fine = imported.startswith("sync.wire") or imported.split(".")[0] in sys.stdlib_module_names
            return "" if fine else f"wire imports {imported}"
        return ""

    assert broken(rule) == []


def test_only_two_kernel_files_know_the_driver() -> None:
    def rule(source: Source, imported: str) -> str:
        if imported == "sqlite3" or imported.startswith("sqlite3."):
            return "a second SQLite library"
        if imported.split(".")[0] in ("apsw", "playhouse") and source.path not in DRIVER_FILES:
            uses = source.text.count("apsw.") - source.text.count("apsw.Connection") - source.text.count("apsw.Cursor")
            return f"{imported} outside db.py for more than a type" if uses else ""
        return ""

    assert broken(rule) == []


def test_no_cycle_among_the_files() -> None:
    names = {source.name for source in sources()}
    edges: dict[str, set[str]] = {}
    for source in sources():
        found = set()
        for node_import, _ in ((name, line) for name, line in _at_import_time(source)):
            target = node_import if node_import in names else node_import.rpartition(".")[0]
            if target in names and target != source.name and not source.name.startswith(target + "."):
                found.add(target)
        edges[source.name] = found
    assert _cycle(edges) == []


def _at_import_time(source: Source) -> list[tuple[str, int]]:
    """Imports that run when the file is loaded; those inside functions and `if TYPE_CHECKING` do not."""
    import ast

    found: list[tuple[str, int]] = []
    for node in source.tree.body:
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def _cycle(edges: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(edges.get(name, ())):
            if found := visit(target, [*path, name]):
                return found
        done.add(name)
        return []

    for start in sorted(edges):
        if found := visit(start, []):
            return found
    return []


def test_the_cycle_finder_finds_a_cycle() -> None:
    assert _cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]


def test_the_clinics_files_get_their_names_in_one_place() -> None:
    """`kernel.renaming` waits for a virus scanner; `devices` is a library of its own."""
    callers = {one.name for one in sources() if "os.replace(" in one.text or "os.rename(" in one.text}
    assert callers == {"clinic_app.kernel.renaming", "devices.atomic_file"}
