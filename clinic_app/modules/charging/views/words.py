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


def source(kind: str) -> str:
    """The heading of open lines that are no prescription."""
    names = {
        "visit": _("门诊诊疗费"), "request": _("检查、检验和治疗申请"), "skin_test": _("皮试"), "course": _("疗程"),
        "treatment": _("治疗"), "execution": _("治疗"), "laboratory": _("检验"), "examination": _("检查"),
    }  # fmt: skip
    return names.get(kind, kind)


def since(at_ms: int) -> str:
    """The time of day, with the date when it is not today's."""
    moment = clock.local(at_ms)
    return moment.strftime("%H:%M" if moment.date() == clock.today() else "%m-%d %H:%M")


def close_reasons() -> list[tuple[str, str]]:
    """Why somebody else closes a shift: what is stored and printed, and what the screen shows."""
    return [("已离职", _("已离职")), ("不再收费", _("不再收费")), ("人不在，忘了交班", _("人不在，忘了交班"))]


def refund_reasons() -> list[tuple[str, str]]:
    """Why money goes back."""
    return [
        ("患者不要了", _("患者不要了")), ("药没有了", _("药没有了")), ("检查做不了", _("检查做不了")),
        ("收错项目", _("收错项目")),
    ]  # fmt: skip


def approval_kind(kind: str) -> str:
    return {"refund": _("退费"), "relief": _("减免"), "arrears": _("欠费")}[kind]


def approval_state(state: str) -> str:
    return {
        "waiting": _("等批"), "approved": _("批了"), "rejected": _("没批"), "withdrawn": _("撤回"), "used": _("用了"),
    }[state]  # fmt: skip


def void_reasons() -> list[tuple[str, str]]:
    """The short list beside free words: what is stored and printed, and what the screen shows."""
    return [
        ("收错人", _("收错人")), ("收错项目", _("收错项目")), ("患者不要了", _("患者不要了")),
        ("支付方式记错", _("支付方式记错")),
    ]  # fmt: skip
