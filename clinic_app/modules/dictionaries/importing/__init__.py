"""Import of list files (导入字典): dry run, errors with line numbers, all or nothing, a rerun changes nothing.

`prepare` reads and checks outside any transaction; `bring_in` is the command. A file is read, staged on a throw-away
SQLite file and compared with what is stored; nothing is written before all of it is right.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import services
from clinic_app.modules.dictionaries.importing import headings
from clinic_app.modules.dictionaries.importing.reading import LineError, read_file, read_lines
from clinic_app.modules.dictionaries.importing.staging import staged
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.rules.difference import Difference, difference
from clinic_app.modules.dictionaries.rules.divisions import FILES, Division, DivisionFile
from clinic_app.modules.dictionaries.rules.hierarchy import circle
from clinic_app.modules.dictionaries.rules.lists import LISTS, List

DIVISIONS = "divisions"
KINDS = (*LISTS, DIVISIONS)
MOST_ERRORS = 50


class ImportRefused(Refused):
    """A file with errors: `errors` holds each with its line, the first 50 of them; nothing was changed."""

    def __init__(self, errors: Sequence[LineError], count: int):
        super().__init__("dictionaries.import_refused", count=count, first=errors[0].text())
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked file: what it would change, or why it cannot be brought in."""

    kind: str
    source: str
    digest: str
    rows: Sequence[Any]
    errors: tuple[LineError, ...]
    error_count: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    shown: Difference | None = None


def prepare(
    kind: str, data: bytes, source: str, on: date, tell: services.Tell | None = None
) -> Prepared:
    """Dry run of one list file (预检): reads, stages and compares; writes nothing.

    Refused `dictionaries.unknown_list`, or what the file as a whole has wrong (no text, wrong header, empty).
    """
    if kind not in LISTS:
        raise Refused("dictionaries.unknown_list", field="kind", value=kind[:40])
    wanted = LISTS[kind]
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    errors: list[LineError] = []
    told = headings.choices(wanted.columns)
    for line, cells in read_lines(data, wanted.names, errors):
        plain = headings.told_plainly(cells, told)
        try:
            rows.append(wanted.parse(plain))
            lines.append(line)
        except Refused as err:
            errors += [LineError(line, one) for one in wanted.wrong_cells(plain) or (err,)]
        if tell is not None and len(lines) % services.SLICE == 0:
            tell(len(lines), 0)
    errors += _across_lines(wanted, rows, lines)
    found = difference(wanted, rows, stored.stored_rows(kind, on))
    line_of = {row["code"]: line for row, line in zip(rows, lines, strict=True)}
    named = {error.line for error in errors}
    errors += [LineError(line_of[code], err) for code, err in found.refused.items() if line_of[code] not in named]
    digest = hashlib.sha256(data).hexdigest()
    if errors:
        return _with_errors(kind, source, digest, errors)
    return Prepared(kind, source, digest, rows, (), 0, len(found.new), len(found.changed), found.unchanged, found)


def choices_told(kind: str) -> list[tuple[str, list[str]]]:
    """The columns of one list that take a few words only, and those words."""
    return headings.choices_told(LISTS[kind].columns)


def empty_table(kind: str) -> bytes:
    """A spreadsheet of one list to fill in."""
    return headings.empty_table(LISTS[kind].columns)


def prepare_divisions(folder: Path) -> Prepared:
    """Dry run of the four division files of a folder: provinces, cities, areas and streets .csv."""
    rows: list[Division] = []
    places: list[tuple[DivisionFile, int]] = []
    errors: list[LineError] = []
    for file in FILES:
        data = read_file(folder / f"{file.name}.csv")
        of_file: list[LineError] = []
        for line, cells in read_lines(data, file.columns, of_file):
            try:
                rows.append(file.parse(cells))
                places.append((file, line))
            except Refused as err:
                of_file.append(LineError(line, err))
        errors += [LineError(error.line, error.refused, f"{file.name}.csv") for error in of_file]
    known = stored.stored_divisions()
    with staged(
        [{"line": at, "code": row.code} for at, row in enumerate(rows)],
        [
            {"line": at, "column": "parent", "kind": DIVISIONS, "code": row.parent}
            for at, row in enumerate(rows)
            if row.parent
        ],
        [{"kind": DIVISIONS, "code": code} for code in known.keys() | {row.code for row in rows}],
    ) as stage:
        for at, err in (*stage.doubles(), *stage.unknown()):
            errors.append(LineError(places[at][1], err, f"{places[at][0].name}.csv"))
    if errors:
        return _with_errors(DIVISIONS, str(folder.name), "", errors)
    new = sum(row.code not in known for row in rows)
    changed = sum(row.code in known and known[row.code] != (row.parent, row.name) for row in rows)
    return Prepared(DIVISIONS, folder.name, "", rows, (), 0, new, changed, len(rows) - new - changed)


def bring_in(uow: UnitOfWork, prepared: Prepared, tell: services.Tell | None = None) -> dict[str, Any]:
    """The command after a dry run: all of the file, or ImportRefused and nothing; `tell` hears how far it is."""
    if prepared.errors:
        raise ImportRefused(prepared.errors, prepared.error_count)
    if prepared.kind == DIVISIONS:
        return services.import_divisions(uow, prepared.rows, source=prepared.source)
    return services.import_list(uow, prepared.kind, prepared.rows, source=prepared.source, tell=tell)


def prepare_file(kind: str, path: Path, on: date) -> Prepared:
    """Dry run of a file, or of the folder of the divisions, for the command line."""
    return prepare_divisions(path) if kind == DIVISIONS else prepare(kind, read_file(path), path.name, on)


def import_file(uow: UnitOfWork, kind: str, path: Path) -> dict[str, Any]:
    """Read, check and bring in one file or the divisions' folder: {"kind", "new", "changed", "unchanged"}.

    Raises ImportRefused with the errors and their lines. Reads the file inside the caller's transaction, so a server in
    use does better with `prepare_file` before and `bring_in` inside.
    """
    return bring_in(uow, prepare_file(kind, Path(path), uow.on))


def _across_lines(wanted: List, rows: Sequence[dict[str, Any]], lines: Sequence[int]) -> list[LineError]:
    """Codes given twice, codes that no list knows, groups that contain themselves."""
    references = [
        {"line": line, "column": column, "kind": kind, "code": code}
        for row, line in zip(rows, lines, strict=True)
        for column, kind in wanted.refers
        for code in (row[column] if isinstance(row[column], tuple) else (row[column],))
        if code
    ]
    own = {row["code"] for row in rows}
    known = [{"kind": wanted.kind, "code": code} for code in own]
    for kind in {kind for _, kind in wanted.refers}:
        known += [
            {"kind": kind, "code": code} for code in stored.stored_codes(kind) - (own if kind == wanted.kind else set())
        ]
    named = [{"line": line, "code": row["code"]} for row, line in zip(rows, lines, strict=True)]
    with staged(named, references, known) as stage:
        errors = [LineError(line, err) for line, err in (*stage.doubles(), *stage.unknown())]
    if wanted.kind == "allergy_groups" and not errors:
        parents = {row["code"]: row["parent"] for row in stored.stored_rows(wanted.kind, date.min).values()}
        parents.update({row["code"]: row["parent"] for row in rows})
        if (code := circle(parents)) is not None:
            line = next((line for row, line in zip(rows, lines, strict=True) if row["code"] == code), lines[0])
            errors.append(LineError(line, Refused("dictionaries.group_in_itself", field="parent", value=code)))
    return errors


def _with_errors(kind: str, source: str, digest: str, errors: list[LineError]) -> Prepared:
    listed = sorted(errors, key=lambda error: error.line) if kind != DIVISIONS else errors
    return Prepared(kind, source, digest, (), tuple(listed[:MOST_ERRORS]), len(listed))


def kind_name(kind: str) -> str:
    """The list's name in the reader's language."""
    names = {
        "invoice_categories": i18n.gettext("发票归类"), "allergy_groups": i18n.gettext("过敏类别"),
        "frequencies": i18n.gettext("频次"), "routes": i18n.gettext("给药途径"), "services": i18n.gettext("诊疗项目"),
        "diagnoses": i18n.gettext("诊断"), "tcm_terms": i18n.gettext("中医病名、证候"),
        "drugs": i18n.gettext("药品"), "divisions": i18n.gettext("行政区划"),
        "suppliers": i18n.gettext("供应商"),
        "substance_classes": i18n.gettext("成分分类"), "substances": i18n.gettext("成分"),
        "safety_rules": i18n.gettext("用药安全规则"), "controlled_limits": i18n.gettext("特殊管理药品限量"),
        "prescribing": i18n.gettext("开方要点"),
    }  # fmt: skip
    return names[kind]
