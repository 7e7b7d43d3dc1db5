"""The columns of a list in words, for the page on which one entry is edited."""

from clinic_app.kernel.i18n import gettext as _


def label(column: str) -> str:
    """What a column is called on screen; a column that nobody has named yet shows its own name."""
    return _labels().get(column, column)


def word(choice: str) -> str:
    """One of the words of a choice, as it is told on screen."""
    return _words().get(choice, choice)


def _labels() -> dict[str, str]:
    return {
        "code": _("编码"), "name": _("名称"), "name_en": _("英文名称"), "source": _("来源"), "reviewed": _("审核"),
        "is_reviewed": _("审核"), "is_disabled": _("停用"), "parent": _("属于"), "times": _("次数"),
        "cycle_days": _("几天一轮"), "is_single": _("只用一次"), "needs_quantity": _("要写数量"),
        "slots": _("默认时间"), "slip": _("打印哪张单"), "fee_item": _("加收项目"), "next_fee_item": _("加瓶收费项目"),
        "unit": _("单位"), "unit_en": _("英文单位"), "invoice_category": _("发票归类"), "price": _("单价"),
        "price_e4": _("价格"), "pack_price": _("包装价"), "form": _("剂型"), "form_en": _("英文剂型"),
        "strength_text": _("规格"), "strength_dose": _("每最小单位含量"), "dose_unit": _("剂量单位"),
        "min_unit": _("最小单位"), "min_unit_en": _("最小单位英文"), "pack_unit": _("包装单位"),
        "pack_unit_en": _("包装单位英文"), "pack_size": _("每包装几个"), "is_splittable": _("可以拆零"),
        "rounding": _("取整方式"), "route": _("给药途径"), "frequency": _("频次"), "usual_dose": _("常用量"),
        "usual_days": _("常用天数"), "allergy_groups": _("过敏类别"), "maker": _("厂家"), "shelf": _("货位"),
        "minimum_age_years": _("最小年龄（岁）"), "substances": _("成分编码"), "most_single_dose": _("成人一次最多"),
        "most_daily_dose": _("成人一天最多"), "antimicrobial_grade": _("抗菌药分级"),
        "controlled_class": _("特殊管理"), "licence_no": _("许可证号"), "licence_until": _("许可证到期"),
        "phone": _("电话"), "kind": _("类别"), "executing_room": _("执行科室"), "panel": _("报告项目"),
        "needs_skin_test": _("要皮试"), "valid_from": _("从哪天起"), "valid_to": _("到哪天止"),
    }  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "total": _("整疗程取整"), "per_dose": _("每次取整"), "per_day": _("每天取整"), "oral": _("口服单"),
        "injection": _("注射单"), "infusion": _("输液单"), "treatment": _("治疗单"),
        "non_restricted": _("非限制使用级"), "restricted": _("限制使用级"), "special": _("特殊使用级"),
        "narcotic": _("麻醉药品"), "psychotropic_1": _("第一类精神药品"), "psychotropic_2": _("第二类精神药品"),
        "toxic": _("毒性药品"), "yes": _("已审核"), "no": _("未审核"), "1": _("是"), "0": _("否"),
    }  # fmt: skip


def act(code: str) -> str:
    """What was done to an entry."""
    return {
        "added": _("新增"), "changed": _("修改"), "imported": _("导入修改"), "classified": _("改发票归类"),
        "disabled": _("停用了"), "enabled": _("启用了"),
    }[code]  # fmt: skip
