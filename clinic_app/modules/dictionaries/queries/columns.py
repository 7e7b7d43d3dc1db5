"""The columns of a list in words, for the page on which one entry is edited."""

from clinic_app.kernel.i18n import gettext as _


def label(column: str) -> str:
    """What a column is called on screen; a column that nobody has named yet shows its own name."""
    return _labels().get(column, column)


def word(choice: str, column: str = "") -> str:
    """One of the words of a choice, as it is told on screen; `treatment` is a slip of a route, else a kind of work."""
    if choice == "treatment" and column != "slip":
        return _("治疗")
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
        "is_duplicate": _("同类算重复用药"), "most_daily": _("一天最多"), "may_repeat": _("可以同用"),
        "subject": _("哪种药或成分"), "object": _("和什么"), "age_from_months": _("从几个月大"),
        "age_to_months": _("到几个月大"), "tier": _("提醒级别"), "tier_village": _("村里的提醒级别"), "text": _("说明"),
        "text_en": _("英文说明"), "substance": _("成分编码"), "patient": _("哪类患者"), "most_days": _("最多几天"),
        "most_doses": _("最多几次用量"), "may_be_longer": _("可以更长"), "is_slow_release": _("缓控释"),
        "is_village_listed": _("村医可用"), "daily_per_kg": _("每公斤一天用量"), "opened_days": _("开封后几天"),
        "contents": _("每最小单位含"),
    }  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "total": _("整疗程取整"), "per_dose": _("每次取整"), "per_day": _("每天取整"), "oral": _("口服单"),
        "injection": _("注射单"), "infusion": _("输液单"), "treatment": _("治疗单"),
        "non_restricted": _("非限制使用级"), "restricted": _("限制使用级"), "special": _("特殊使用级"),
        "narcotic": _("麻醉药品"), "psychotropic_1": _("第一类精神药品"), "psychotropic_2": _("第二类精神药品"),
        "toxic": _("毒性药品"), "examination": _("检查"), "laboratory": _("检验"), "fee": _("诊疗费"),
        "material": _("材料"),
        "other": _("其他"), "ecg": _("心电图"), "ultrasound": _("超声"), "radiology": _("放射"), "disease": _("病"),
        "syndrome": _("证"), "pair": _("相互作用"), "diagnosis": _("诊断禁忌"), "pregnancy": _("妊娠期"),
        "lactation": _("哺乳期"), "renal": _("肾功能"), "age": _("年龄"), "cross_allergy": _("交叉过敏"),
        "herbal": _("中药配伍"), "stop": _("拦截"), "look": _("提醒"), "quiet": _("不打扰"), "ordinary": _("一般患者"),
        "pain": _("疼痛患者"), "adhd": _("多动症"), "slow": _("缓控释制剂"),
        "yes": _("已审核"), "no": _("未审核"), "1": _("是"), "0": _("否"),
    }  # fmt: skip


def act(code: str) -> str:
    """What was done to an entry."""
    return {
        "added": _("新增"), "changed": _("修改"), "imported": _("导入修改"), "classified": _("改发票归类"),
        "disabled": _("停用了"), "enabled": _("启用了"),
    }[code]  # fmt: skip
