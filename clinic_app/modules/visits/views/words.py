"""What payers, kinds, states, steps and days are called on the screens of the visits."""

from datetime import date

from clinic_app.kernel.i18n import gettext as _


def payers() -> list[tuple[str, str]]:
    return [
        ("self", _("自费")), ("resident", _("城乡居民医保")), ("employee", _("城镇职工医保")), ("aid", _("医疗救助")),
        ("commercial", _("商业保险")), ("free", _("免费项目")),
    ]  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    return [
        ("general", _("普通")), ("emergency", _("急诊")), ("chronic", _("慢病")), ("return", _("复诊")),
        ("traditional", _("中医")), ("round", _("巡诊")), ("observation", _("留观")), ("checkup", _("体检")),
        ("vaccination", _("接种")), ("online", _("线上")),
    ]  # fmt: skip


def allergy_states() -> list[tuple[str, str]]:
    return [("none", _("无已知过敏")), ("known", _("有")), ("unknown", _("还没问"))]


def states() -> dict[str, tuple[str, str]]:
    """State, or place in line, to its word and colour."""
    return {
        "registered": (_("候诊"), "act"), "called": (_("已叫号"), "act"), "in_consultation": (_("就诊中"), "info"),
        "finished": (_("已看完"), "ok"), "cancelled": (_("已退号"), ""), "passed": (_("过号"), "warn"),
        "away": (_("等结果"), "ask"), "returned": (_("回诊"), "act"),
    }  # fmt: skip


def steps() -> dict[str, tuple[str, str]]:
    """Step of the board to its word and colour."""
    return {
        "registered": (_("候诊"), "act"), "passed": (_("过号"), "warn"), "called": (_("已叫号"), "act"),
        "returned": (_("回诊"), "act"), "in_consultation": (_("就诊中"), "info"), "to_pay": (_("待收费"), "warn"),
        "to_dispense": (_("待发药"), "emp"), "in_treatment": (_("治疗中"), "info"),
        "awaiting_results": (_("等结果"), "ask"), "done": (_("已完成"), "ok"),
    }  # fmt: skip


def levels() -> list[tuple[str, str]]:
    """Triage levels, the most urgent first."""
    return [("1", _("一级 濒危")), ("2", _("二级 危重")), ("3", _("三级 急症")), ("4", _("四级 非急症"))]


def weekdays() -> list[tuple[str, str]]:
    return [
        ("1", _("每周一")), ("2", _("每周二")), ("3", _("每周三")), ("4", _("每周四")), ("5", _("每周五")),
        ("6", _("每周六")), ("7", _("每周日")),
    ]  # fmt: skip


def weekday(day: date) -> str:
    """The day with its weekday, `11-22 周日`."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return f"{day:%m-%d} {names[day.weekday()]}"
