"""Words for the fields, codes and identifiers of a person."""

from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.patients import queries


def field_names() -> dict[str, str]:
    """Every field of a record in words, for histories and lists of what lacks."""
    return {
        "name": _("姓名"), "sex": _("性别"), "born_on": _("出生日期"), "is_birth_estimated": _("出生日期是估计的"),
        "identity": _("证件"), "identity_number": _("身份证号"), "phone": _("手机号"), "address": _("住址"),
        "village": _("村、居委会"), "village_code": _("村、居委会"), "ethnicity": _("民族"), "marital": _("婚姻"),
        "occupation": _("职业"), "workplace": _("工作单位"), "abo": _("ABO 血型"), "rh": _("Rh 血型"),
        "birth_place": _("出生地"), "birth_order": _("出生顺序"), "marks": _("体貌特征"), "allergy": _("过敏史"),
        "guardian": _("监护人"), "is_temporary": _("身份没弄清"), "is_restricted": _("限制查阅"),
    }  # fmt: skip


def document_kinds() -> dict[str, str]:
    """Every kind of identifier in words (ID-05, ID-06)."""
    return {
        "01": _("身份证"), "02": _("户口簿"), "03": _("护照"), "04": _("军官证"), "05": _("驾驶证"),
        "06": _("港澳居民通行证"), "07": _("台湾居民通行证"), "health_card": _("健康卡"), "social_card": _("社保卡"),
        "health_record": _("健康档案号"), "phone": _("另一个电话"), "wechat": _("微信"), "alipay": _("支付宝"),
        "99": _("其他证件"),
    }  # fmt: skip


def shown(field: str, value: str) -> str:
    """A stored value as people read it: codes by their names, numbers and phones masked (PR-03)."""
    if not value:
        return _("空")
    if field in ("ethnicity", "marital", "occupation", "abo", "rh"):
        return queries.code_name(field, value) or value
    if field == "sex":
        return queries.sex_text(value)
    if field == "identity_number":
        return queries.mask_identity_number(value)
    if field == "phone":
        return queries.mask_phone(value)
    if field == "village_code":
        village = queries.village(value)
        return village.name if village else value
    if field.startswith("is_"):
        return _("是") if value == "1" else _("否")
    return value
