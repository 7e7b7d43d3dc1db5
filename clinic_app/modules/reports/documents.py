"""Tables to take away (导出): the rows behind a figure as CSV or XLSX, names masked, no cell a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.money import yuan
from clinic_app.modules.patients.queries import mask_name
from clinic_app.modules.reports.rules.cells import Amount, safe_cell

Cells = Sequence[str | int | Amount | None]


class Words(Protocol):
    """How the kinds of vouchers and the ways to pay are called."""

    def method(self, code: str) -> str: ...

    def voucher_kind(self, code: str) -> str: ...


TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def headings(what: str, part: str = "") -> list[str]:
    """The columns of a table in the reader's language; `part` names the account that rows of income are asked for."""
    found = {
        "visits": [_("日期"), _("就诊号"), _("患者"), _("医生"), _("挂号时间"), _("开始时间"), _("结束时间")],
        "income": [_("日期"), _("凭证"), _("收据号"), _("医生"), _("收入（元）"), _("其中药品（元）"), _("怎么付的")],
        "sheets": [_("日期"), _("处方单号"), _("患者"), _("医生"), _("几种药"), _("抗菌药")],
    }[what]
    return [*found, part] if part else found


def cells(what: str, row: Any, words: Words) -> Cells:
    """One row in the order of `headings`."""
    if what == "visits":
        times = [clock.local_text(at) if at else "" for at in (row.registered_at, row.started_at, row.finished_at)]
        return [row.visit_on, row.visit_no, mask_name(row.name), row.doctor, *times]
    if what == "income":
        paid = pgettext("list", "；").join(f"{words.method(method)} {yuan(fen)}" for method, fen in row.paid)
        money = [Amount(row.income_fen), Amount(row.drugs_fen)]
        part = [] if row.part_fen is None else [Amount(row.part_fen)]
        return [row.posted_on, words.voucher_kind(row.kind), row.receipt_no, row.doctor, *money, paid, *part]
    return [row.signed_on, row.prescription_no, mask_name(row.name), row.doctor, row.drugs, row.antimicrobials]


def as_csv(head: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """UTF-8 with a mark, which Excel and WPS open as Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(head: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """One sheet; every text is a text cell, never a formula; amounts are numbers of two decimals."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(head))
    for row in rows:
        written = []
        for value in row:
            if isinstance(value, Amount):
                written.append(cell := WriteOnlyCell(sheet, value=Decimal(value.fen) / 100))
                cell.number_format = "0.00"
                continue
            written.append(cell := WriteOnlyCell(sheet, value=safe_cell(value)))
            if isinstance(cell.value, str):
                cell.data_type = "s"
        sheet.append(written)
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()
