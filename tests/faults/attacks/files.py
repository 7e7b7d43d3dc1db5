"""Files that come in and tables that go out (attacks 41, 65 to 67): bombs, broken archives, names, formulas."""

import io
import secrets
import zipfile

from openpyxl import Workbook, load_workbook

from tests.faults.attacks import books
from tests.faults.attacks.pages import form_at
from tests.faults.attacks.report import MARKUP, Report
from tests.faults.attacks.target import Target

NAMES = ("../../x.csv", "CON", "a.db", "x" * 300 + ".csv", "..\\..\\x.csv", "a\x00.csv", "a\r\nX-Evil: 1.csv", MARKUP)
FORMULAS = ('=HYPERLINK("http://evil.test")', "+1+1", "-2+3", "@SUM(1)", "\t=1", " =1+1")
TYPES = "[Content_Types].xml"


def bombs() -> dict[str, bytes]:
    """Workbooks that are none."""
    good = io.BytesIO()
    Workbook().save(good)
    whole = good.getvalue()
    sheet = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
    return {
        "1:1000": _zipped({TYPES: "x", "xl/worksheets/sheet1.xml": "<a>" + " " * 60_000_000}),
        "many parts": _zipped({f"{n}.xml": "x" for n in range(5000)}),
        "an entity": _zipped({TYPES: "<Types/>", "xl/worksheets/sheet1.xml": sheet}),
        "a way out": _zipped({"../../clinic.sqlite3": "x", TYPES: "x"}),
        "half of one": whole[: len(whole) // 2],
        "one in one": _zipped({"inner.xlsx": whole.decode("latin-1")}),
        "an empty one": b"PK\x05\x06" + bytes(18),
        "a page": b"<html><script>alert(1)</script>",
        "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        "nothing": b"", "NULs": bytes(5000), "lines without end": b"a," * 400_000, "quotes": b'"' * 200_001,
    }  # fmt: skip


def _zipped(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def _multipart(fields: dict[str, str], name: str, data: bytes) -> tuple[bytes, str]:
    mark = secrets.token_hex(8)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    text = "".join(parts) + head
    return text.encode("utf-8") + data + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def imports(target: Target, report: Report) -> None:
    """Each bomb and each name into each import: a sentence, nothing brought in."""
    before = books.marks(target.folder)
    good = "code,name\r\nX1,样例\r\n".encode()
    tries = [("65 bombs and broken archives", f"{name}.xlsx", data) for name, data in bombs().items()]
    tries += [("66 names of files", name, good) for name in NAMES]
    for row, name, data in tries:
        for path in ("/dictionaries/import/check", "/people/import/check"):
            wire = target.wire("administrator")
            fields = {"csrf": wire.csrf, "kind": "suppliers"} if "dictionaries" in path else {"csrf": wire.csrf}
            body, kind = _multipart(fields, name, data)
            answer = wire.send("POST", path, body, {"Content-Type": kind})
            report.tried(row, f"{path} {name[:20]!r}", answer, foreign=("root:x:0",))
    left = books.changed(before, books.marks(target.folder))
    report.note("65 bombs and broken archives", "the books", f"left something in {left}" if left else "")


def exports(target: Target, report: Report) -> None:
    """(41) Names that are formulas, through every export: no cell begins as one, in no format."""
    for what in ("visits", "income", "sheets", "drugs", "patients"):
        page = target.wire("manager").get(f"/reports/rows/{what}")
        if page.status != 200:
            continue
        form = form_at(page.text, "/export")
        for kind in ("csv", "xlsx"):
            fields = [pair for pair in form.pairs(reason="每月对账，交给会计") if pair[0] not in ("form", "format")]
            names = {one.name for one in form.fields}
            fields += [("form" if "form" in names else "format", kind)]
            answer = target.wire("manager").post(form.action, fields, once=secrets.token_hex(12))
            report.tried("41 formulas in exports", f"{what} {kind}", answer)
            cells = _cells(kind, answer.body) if answer.status == 200 else ["=nothing was exported"]
            shown = [text for text in cells if text.startswith(("=", "+", "-", "@", "\t"))]
            report.note("41 formulas in exports", f"{what} {kind}", f"holds {shown[:3]}" if shown else "")


def _cells(kind: str, data: bytes) -> list[str]:
    if kind == "csv":
        import csv

        return [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    return [
        str(cell.value) if cell.data_type != "f" else "=formula"
        for sheet in load_workbook(io.BytesIO(data)) for row in sheet for cell in row if isinstance(cell.value, str)
    ]  # fmt: skip
