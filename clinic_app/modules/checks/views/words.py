"""Words for the codes of the audit trail (审计) and the reading log: what was done, on which screen."""

from clinic_app.kernel.i18n import pgettext

ACTIONS = {
    "charging.approve": "批准收费申请", "charging.ask_approval": "报收费申请", "charging.ask_to_reopen": "申请重开月份",
    "charging.charge_visit": "收费", "charging.close_month": "月结", "charging.close_shift": "交班",
    "charging.close_shift_for": "代交班", "charging.confirm_hand_in": "收交款", "charging.count_drawer": "点钱箱",
    "charging.drawer": "动钱箱", "charging.hand_back_book": "交回发票本", "charging.hold_visit": "挂起收费",
    "charging.issue_book": "发发票本", "charging.open_shift": "开班", "charging.refund": "退费",
    "charging.reject": "不批收费申请", "charging.reopen_month": "重开月份", "charging.reprint_receipt": "补打收据",
    "charging.resume_visit": "取消挂起", "charging.settle_arrears": "收欠费", "charging.void_bill": "作废收据",
    "charging.void_invoice": "作废发票号", "charging.withdraw_approval": "撤回收费申请",
    "checks.confirm_clock": "改服务器时间", "checks.finish_run": "核对完成", "checks.join_run": "加入核对",
    "checks.start_run": "开始核对", "clinic.created": "建立卫生院",
    "consultation.amend": "修改病历", "consultation.sign_visit": "签病历和处方", "consultation.start": "开始写病历",
    "consultation.void_prescription": "作废处方",
    "desks.add_desk": "加工位", "desks.add_room": "加诊室", "desks.answer_paper": "答出没出纸",
    "desks.change_desk": "改工位", "desks.change_room": "改诊室", "desks.close_desk": "停用工位",
    "desks.give_up_paper": "不打了", "desks.pair_browser": "电脑定岗位", "desks.reopen_desk": "再启用工位",
    "desks.reprint": "补打", "desks.retry_now": "催打印", "desks.switch_virtual_printer": "拨虚拟打印机",
    "desks.test_print": "打测试页", "desks.use_virtual_card": "刷虚拟卡",
    "dictionaries.disable": "停用字典项", "dictionaries.enable": "启用字典项", "dictionaries.import": "导入字典",
    "dictionaries.set_price": "定价",
    "patients.add_identifier": "加证件", "patients.change_patient": "改患者资料", "patients.end_identifier": "停用证件",
    "patients.link_patients": "核准合并", "patients.propose_link": "提出合并", "patients.register_patient": "建档",
    "patients.reject_link": "不合并", "patients.set_allergies": "改过敏史", "patients.unlink_patients": "拆开合并",
    "patients.add_history": "加病史", "patients.end_history": "去掉病史",
    "patients.add_alias": "加别名", "patients.end_alias": "去掉别名", "patients.add_relation": "加家人",
    "patients.end_relation": "去掉家人", "patients.give_consent": "记同意", "patients.withdraw_consent": "撤回同意",
    "patients.add_village": "加村", "patients.change_village": "改村", "patients.give_health_record": "给健康档案号",
    "patients.rule_out_duplicate": "是两个人", "patients.open_closed_chart": "紧急查看", "patients.review": "审查查阅",
    "patients.show_in_full": "看完整号码", "patients.raise_reading_alarm": "大量查阅报警",
    "patients.restrict": "限制查阅",
    "people.add_qualification": "记资格", "people.end_qualification": "取消资格", "parameters.change": "改参数",
    "reports.export": "导出报表",
    "people.add_person": "加职工", "people.change_roles": "改角色", "people.close_account": "停用账号",
    "people.give_one_time_code": "发一次性代码", "people.import_staff": "导入职工", "people.locked": "锁屏",
    "people.proved": "验过密码", "people.reset_last_administrator": "重置管理员密码", "people.set_badge": "存胸牌",
    "people.set_password": "设密码", "people.set_pin": "设 PIN", "people.sign_in_failed": "登录失败",
    "people.signed_in": "登录", "people.signed_out": "退出", "people.told_of_reset": "被告知重置",
    "people.unlocked": "解锁",
    "pharmacy.dispense": "发药", "pharmacy.prepare": "配药", "pharmacy.reallocate": "换批号",
    "rights.denied": "越权被拒",
    "stock.add_place": "加库房", "stock.consume": "出库", "stock.freeze_batch": "冻结批号",
    "stock.receive_goods": "入库", "stock.release": "放回预留", "stock.renew": "续留", "stock.reserve": "预留",
    "stock.unfreeze_batch": "解冻批号",
    "visits.call_visit": "叫号", "visits.cancel_visit": "退号", "visits.finish_consultation": "看完",
    "visits.print_slip": "打号单", "visits.register_visit": "挂号", "visits.start_consultation": "开始接诊",
}  # fmt: skip
"""Every action that a command writes; the code stays in the record, the words are for people."""

SCREENS = {
    "registration": "挂号", "consultation": "门诊工作站", "prescription": "处方", "pharmacy.sheet": "发药",
    "charging": "收费", "收费": "收费", "收据": "收据", "退费": "退费", "patient card": "患者档案",
    "patient merge": "合并患者", "person visits": "就诊记录", "person records": "病历一览",
    "without number": "无号接诊",
    "checks.readings": "查阅记录", "desks.virtual_paper": "虚拟打印机的纸",
}  # fmt: skip


def action(code: str) -> str:
    """What was done, in words; the code itself for one that no command writes any more."""
    return pgettext("audit", ACTIONS[code]) if code in ACTIONS else code


def screen(code: str) -> str:
    """Where a chart was seen, in words."""
    return pgettext("screen", SCREENS[code]) if code in SCREENS else code
