"""Runbooks (处置手册): one page a check in each language, inside the program: nobody may answer the telephone.

A page is a few lines of text: `# ` the title, `## ` a heading, `1. ` a step, anything else a paragraph.
"""

import re
from pathlib import Path

from clinic_app.kernel.i18n import SOURCE

FOLDER = Path(__file__).parent / "runbooks"
TITLE, HEADING, STEP, TEXT = "title", "heading", "step", "text"
_STEP = re.compile(r"\d+\. ")


def blocks(check_id: str, language: str) -> list[tuple[str, str]]:
    """(kind, text) of the page of a check; Chinese where a language has none. KeyError for an unknown check."""
    path = FOLDER / language / f"{check_id}.md"
    if not path.exists():
        path = FOLDER / SOURCE / f"{check_id}.md"
    if not re.fullmatch(r"[a-z_]+", check_id) or not path.exists():
        raise KeyError(check_id)
    return [_block(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _block(line: str) -> tuple[str, str]:
    if line.startswith("# "):
        return TITLE, line[2:]
    if line.startswith("## "):
        return HEADING, line[3:]
    found = _STEP.match(line)
    return (STEP, line[found.end() :]) if found else (TEXT, line)
