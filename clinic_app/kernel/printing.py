"""Printing (打印): a print model and its layout become plain line dicts, which a driver encodes.

Layouts are TOML: `[[line]]` tables with text/align/size/bold, columns, rule, qr, barcode, feed, cut; `each` repeats a
line for the entries of a list of the model, `when` prints it only if that field of the model is set; `{field}` is
replaced. Besides these a driver knows `drawer`, which no layout holds: cash opens it.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from clinic_app.kernel import installation, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.jobs import NOT_STARTED, REFUSED, Job

LAYOUTS = Path(__file__).resolve().parents[2] / "print_templates"
OPENS_DRAWER = "opens_drawer"  # in a model: cash goes in or out with this paper, so the drawer (钱箱) opens
DRAWER_MS = 60_000  # a paper that waited longer for its printer opens no drawer: nobody may stand there any more
PRACTICE_MARK = "练习 · 不作凭证"


@lru_cache(maxsize=64)
def layout(document: str) -> list[dict[str, Any]]:
    """The line templates of `subject.name`, read from print_templates/<subject>/<name>.toml."""
    subject, name = document.split(".")
    lines: list[dict[str, Any]] = tomllib.loads((LAYOUTS / subject / f"{name}.toml").read_text("utf-8"))["line"]
    return lines


def render(
    lines: list[dict[str, Any]], model: Mapping[str, Any], *, copy_no: int = 1, is_practice: bool = False,
    opens_drawer: bool = False,
) -> list[dict[str, Any]]:
    """The finished lines of one paper; practice and reprint marks cannot be left out by a layout."""
    marks = [PRACTICE_MARK] if is_practice else []
    if copy_no > 1:
        marks.append(f"补打 {copy_no - 1}")
    out: list[dict[str, Any]] = [{"drawer": True}] if opens_drawer else []
    out += [{"text": mark, "align": "center", "bold": True} for mark in marks]
    for template in lines:
        if (when := template.get("when")) and not model.get(when):
            continue
        for entry in model[template["each"]] if "each" in template else (None,):
            out.append(_fill(template, model if entry is None else {**model, **entry}))
    if marks:
        end = len(out) - 1 if out and out[-1].get("cut") else len(out)
        out[end:end] = [{"text": mark, "align": "center", "bold": True} for mark in marks]
    return out


def _fill(template: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    line = {key: val for key, val in template.items() if key not in ("each", "when")}
    for key in ("text", "qr", "barcode"):
        if key in line:
            line[key] = line[key].format_map(model)
    if "columns" in line:
        line["columns"] = [{**column, "text": column["text"].format_map(model)} for column in line["columns"]]
    return line


def send(job: Job) -> tuple[str, str]:
    """Print one claimed job on its desk's printer; returns its end state and reason."""
    try:
        model = job.model
        lines = render(
            layout(job.document), model, copy_no=job.copy_no, is_practice=installation.current().is_practice,
            opens_drawer=bool(model.get(OPENS_DRAWER)) and clock.read().at - job.created_at < DRAWER_MS,
        )
    except (OSError, KeyError, ValueError) as err:
        return REFUSED, f"layout: {err}"
    if ports.bound.printer is None:
        return NOT_STARTED, "no_printer"
    return ports.bound.printer.send(job.desk_id, job.document, lines, job.id)
