"""Words of the reports."""

from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.reports import queries
from clinic_app.modules.reports.queries.income import INCOME


class Names:
    """Ways to pay and kinds of vouchers by name; made once a page."""

    def __init__(self) -> None:
        self._methods = queries.words.methods()
        self._categories = queries.words.categories()

    def method(self, code: str) -> str:
        """Relief (减免) and arrears (欠费) stand among the ways to pay."""
        return {"relief": _("减免"), "arrears": _("欠费")}.get(code) or self._methods.get(code, code)

    def account(self, code: str | None) -> str:
        """An account of the ledger by the name of its category or way to pay; empty for what is unknown."""
        if not code:
            return ""
        if code.startswith(INCOME):
            return self._categories.get(code.removeprefix(INCOME), "")
        return self._methods.get(code, "") or (self.method(code) if code in ("relief", "arrears") else "")

    def voucher_kind(self, code: str) -> str:
        return {
            "bill": _("收费单"),
            "void": _("作废"),
            "red": _("冲红"),
            "channel": _("改退款方式"),
            "settlement": _("补交欠费"),
        }.get(code, code)
