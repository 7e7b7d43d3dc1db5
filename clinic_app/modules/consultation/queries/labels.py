"""What the fields of a note are called on screen, in the language of the request."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from clinic_app.kernel import i18n
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext


def note_labels() -> Mapping[str, str]:
    """Every field of a note with its label, in the order of the page."""
    return _labels(i18n.current())


@lru_cache(maxsize=8)
def _labels(_language: str) -> Mapping[str, str]:
    return MappingProxyType({
        "attended": _("就诊时间"), "chief_complaint": _("主诉"), "onset": _("发病时间"), "present_illness": _("现病史"),
        "past_history": _("既往史"), "personal_history": _("个人史"), "family_history": _("家族史"),
        "menstrual_history": _("月经史"), "temperature": _("体温°C"), "pulse": _("脉搏"), "respiration": _("呼吸"),
        "blood_pressure": _("血压"), "spo2": "SpO₂", "weight": _("体重kg"), "glucose": _("血糖"),
        "examination": _("查体"), "results": _("检查结果"), "diagnosis": pgettext("rx", "诊断"), "plan": _("处置意见"),
    })  # fmt: skip
