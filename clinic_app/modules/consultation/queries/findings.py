"""Findings of the safety rules in words (依据), in the language of the request or in Chinese for paper."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import i18n
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation.queries import rule_book, words
from clinic_app.modules.consultation.queries.checking import Setting
from clinic_app.modules.consultation.rules.interactions import Finding


@dataclass(frozen=True)
class Told:
    """One finding as it stands under its row; `rule` opens its source, `asks` is a question without an answer."""

    tier: str
    heading: str
    text: str
    code: str
    rule: str
    asks: str


def told_of(finding: Finding, setting: Setting) -> Told:
    """The words of one finding."""
    rule = rule_book.texts_of(setting.on).get(finding.rule)
    text = "" if rule is None else rule.text if words.is_source() else rule.text_en
    if finding.kind in ("pair", "herbal"):
        heading = _("和%(drug)s同用") % {"drug": _drug(finding.other, setting)}
    elif finding.kind == "duplicate":
        return _duplicate(finding, setting)
    elif finding.kind == "sum":
        return _sum(finding, setting)
    else:
        heading = _heading(finding, setting)
    return Told(finding.tier, heading, text, finding.code, finding.rule if rule else "", finding.asks)


def in_source(finding: Finding, setting: Setting) -> str:
    """Heading and text in Chinese whatever the language of the screen, as a kept stop and paper have it."""
    shown = i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        told = told_of(finding, setting)
    finally:
        i18n.use(shown)
    return f"{told.heading}：{told.text}"


def _heading(finding: Finding, setting: Setting) -> str:
    if finding.kind == "diagnosis":
        return _("诊断 %(code)s") % {"code": finding.told}
    if finding.kind == "cross_allergy":
        return _("对 %(substance)s 过敏") % {"substance": _substance(finding.told, setting.on)}
    headings = {"pregnancy": _("孕妇"), "lactation": _("哺乳"), "renal": _("肾功能差"), "age": _("年龄")}
    if finding.asks:
        return _("先问一句") if finding.asks == "kidneys" else _("先问怀孕没有")
    heading = headings[finding.kind]
    return _("%(state)s，没问清") % {"state": heading} if finding.told == "unclear" else heading


def _duplicate(finding: Finding, setting: Setting) -> Told:
    key, _slash, code = finding.told.partition("/")
    facts = {"drug": _drug(key, setting), "substance": _substance(code, setting.on)}
    same = finding.rule == "same_substance"
    text = _("都含 %(substance)s。") if same else _("都是 %(substance)s。")
    heading = _("和 %(drug)s 重复") % facts
    if key in setting.days:
        text = _("%(day)s 开的还没用完，") % {"day": setting.days[key]} + text
    return Told(finding.tier, heading, text % facts, finding.code, "", "")


def _sum(finding: Finding, setting: Setting) -> Told:
    code, _equals, amounts = finding.told.partition("=")
    total, most = amounts.split("/")
    facts = {"substance": _substance(code, setting.on), "total": total, "most": most}
    text = _("几行药加起来每日 %(total)s g，最多 %(most)s g。") % facts
    return Told(finding.tier, _("%(substance)s 合计过量") % facts, text, finding.code, "", "")


def _drug(key: str, setting: Setting) -> str:
    drug = setting.drugs.get(key)
    return words.named(drug.name, drug.name_en) if drug else key


def _substance(code: str, on: date) -> str:
    name, name_en = rule_book.named_substances(on).get(code, (code, code.replace("_", " ")))
    return words.named(name, name_en)
