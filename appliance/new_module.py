"""`clinic new-module NAME`: the skeleton of a subject, mirroring the folders that the house tests expect."""

import re
import sys
from pathlib import Path

FILES = {
    "clinic_app/modules/{name}/__init__.py": "",
    "clinic_app/modules/{name}/module.py": '''"""Manifest of `{name}`."""

from clinic_app.kernel.manifest import Module

MODULE = Module(name="{name}")
''',
    "clinic_app/modules/{name}/rules.py": '"""Pure rules of `{name}`: no Flask, no peewee, no clock, no I/O."""\n',
    "clinic_app/modules/{name}/models.py": '"""Tables of `{name}`."""\n',
    "clinic_app/modules/{name}/services.py": '"""Commands of `{name}`; the only writers of its tables."""\n',
    "clinic_app/modules/{name}/queries.py": '"""Reads of `{name}`."""\n',
    "clinic_app/modules/{name}/events.py": '"""Business events that `{name}` emits."""\n',
    "clinic_app/modules/{name}/migrations/__init__.py": "",
    "tests/modules/{name}/test_{name}.py": '"""Behaviour of `{name}`."""\n',
}
CATALOGUE = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
)


def new_module(root: Path, name: str) -> int:
    """Write the skeleton under `root`; refuses a name that exists or is no Python name."""
    if not re.fullmatch(r"[a-z][a-z_]{1,39}", name):
        print(f"{name!r}: a subject is named in small letters, such as immunisation", file=sys.stderr)
        return 2
    if (root / "clinic_app/modules" / name).exists():
        print(f"{name}: this subject exists already", file=sys.stderr)
        return 2
    written = {path.format(name=name): text.replace("{name}", name) for path, text in FILES.items()}
    for language in ("zh_CN", "en"):
        written[f"locales/{language}/LC_MESSAGES/{name}.po"] = CATALOGUE.format(language=language)
    for path, text in written.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        print(path)
    print(f'next: add "{name}" to MODULES in clinic_app/registry.py, after every subject it imports')
    return 0
