"""A browser paper as the lines of its golden file, numbers and times replaced."""

import os
import re
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden"


def lines_of(html: str) -> str:
    articles = "".join(re.findall(r"<article.*?</article>", html, re.DOTALL))
    marked = re.sub(r"</(div|p|h1|i|tr)>", "\n", articles)
    lines = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in marked.splitlines()]
    shown = "\n".join(line for line in lines if line)
    shown = re.sub(r"\bX[A-Z0-9]{6,}", "<number>", shown)
    shown = re.sub(r"\d+岁", "<age>", shown)
    shown = re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", "<time>", shown)
    shown = re.sub(r"(?m)^\d\d-\d\d\b", "<day>", shown)
    return re.sub(r"\b\d\d:\d\d\b", "<time>", shown) + "\n"


def is_golden(html: str, document: str) -> bool:
    """Whether the paper reads as its golden file; CLINIC_GOLDEN=write writes it anew, to be read in the diff."""
    path = GOLDEN / f"{document}.txt"
    if os.environ.get("CLINIC_GOLDEN") == "write":
        path.write_text(lines_of(html), "utf-8")
    return lines_of(html) == path.read_text("utf-8")
