"""Words of the charging screens."""

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _

PAYERS = {
    "self": "自费", "resident": "城乡居民医保", "employee": "城镇职工医保", "aid": "医疗救助", "commercial": "商业保险",
    "free": "免费项目",
}  # fmt: skip
TAG_OF_PAYER = {"resident": "ok", "employee": "emp"}
BY_INSURER = frozenset({"resident", "employee"})


def payer(code: str) -> str:
    """The charge kind (费别) of a visit."""
    return _(PAYERS[code]) if code in PAYERS else code


def since(at_ms: int) -> str:
    """The time of day, with the date when it is not today's."""
    moment = clock.local(at_ms)
    return moment.strftime("%H:%M" if moment.date() == clock.today() else "%m-%d %H:%M")


def close_reasons() -> list[tuple[str, str]]:
    """Why somebody else closes a shift: what is stored and printed, and what the screen shows."""
    return [("已离职", _("已离职")), ("不再收费", _("不再收费")), ("人不在，忘了交班", _("人不在，忘了交班"))]


def void_reasons() -> list[tuple[str, str]]:
    """The short list beside free words: what is stored and printed, and what the screen shows."""
    return [
        ("收错人", _("收错人")), ("收错项目", _("收错项目")), ("患者不要了", _("患者不要了")),
        ("支付方式记错", _("支付方式记错")),
    ]  # fmt: skip
