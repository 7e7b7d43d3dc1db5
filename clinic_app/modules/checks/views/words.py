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
    "dictionaries.import": "导入字典",
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
    "stock.receive_goods": "入库", "stock.release": "放回预留", "stock.reserve": "预留",
    "stock.unfreeze_batch": "解冻批号",
    "visits.call_visit": "叫号", "visits.cancel_visit": "退号", "visits.finish_consultation": "看完",
    "visits.print_slip": "打号单", "visits.register_visit": "挂号", "visits.start_consultation": "开始接诊",
    "consultation.approve_amendment": "批准改病历", "consultation.refuse_amendment": "不批改病历",
    "consultation.approve_destruction": "批准销毁处方", "consultation.ask_amendment": "申请改病历",
    "consultation.check_pain_patient": "复查疼痛患者", "consultation.cosign": "审签病历",
    "consultation.disable_set": "停用常用方", "consultation.disable_template": "停用模板",
    "consultation.end_pain_patient": "结束疼痛登记", "consultation.issue_certificate": "开证明",
    "consultation.list_for_destruction": "列销毁清单", "consultation.register_pain_patient": "登记疼痛患者",
    "consultation.reprint_certificate": "补打证明", "consultation.return_note": "退回病历",
    "consultation.save_set": "存常用方", "consultation.save_template": "存模板",
    "consultation.send_requests": "开申请单", "consultation.take_back": "收回病历",
    "consultation.void_certificate": "作废证明", "consultation.withdraw_request": "撤回申请单",
    "dictionaries.classify": "改发票归类", "dictionaries.entry_added": "加字典项",
    "dictionaries.entry_changed": "改字典项", "dictionaries.entry_disabled": "停用字典项",
    "dictionaries.entry_enabled": "启用字典项", "dictionaries.entry_unchanged": "字典项没变",
    "dictionaries.import_asked": "要导入字典", "dictionaries.propose_price": "提出调价",
    "dictionaries.reject_price": "不批调价",
    "laboratory.call_back": "报危急值", "laboratory.cancel": "作废报告", "laboratory.collect": "采样",
    "laboratory.correct": "更正报告", "laboratory.enter": "录结果", "laboratory.load_starter": "装入检验目录",
    "laboratory.verify": "审核报告",
    "pharmacy.answer_question": "答药房疑问", "pharmacy.ask_doctor": "问医生", "pharmacy.check_count": "复核清点",
    "pharmacy.check_empties": "复核空安瓿", "pharmacy.count_controlled": "清点特殊药",
    "pharmacy.countersign": "第二人签", "pharmacy.extend_validity": "延长处方", "pharmacy.pass_review": "审方通过",
    "pharmacy.receive_empties": "收空安瓿", "pharmacy.record_codes": "记追溯码", "pharmacy.reject_sheet": "退回处方",
    "pharmacy.return_drugs": "退药", "pharmacy.withdraw_question": "撤回疑问",
    "stock.approve_damage": "批准报损", "stock.close_month": "库存月结", "stock.lapse": "预留到期",
    "stock.post_price_changes": "记调价差额", "stock.reject_damage": "不批报损", "stock.set_limits": "设库存上下限",
    "stock.submit_damage": "交报损单", "stock.top_up": "补预留",
    "treatments.begin": "开始治疗", "treatments.finish": "治疗完成", "treatments.mismatch": "核对不符",
    "treatments.patrol": "巡视", "treatments.reaction": "记反应", "treatments.read_test": "看皮试",
    "treatments.start_test": "做皮试",
    "visits.add_session": "加出诊", "visits.arrive": "预约到了", "visits.book": "预约",
    "visits.cancel_appointment": "取消预约", "visits.change_payer": "改付费方式", "visits.end_session": "停诊",
    "visits.pass_visit": "过号", "visits.requeue_visit": "重新排队", "visits.return_with_results": "带结果回来",
    "visits.see_return": "看结果", "visits.send_for_results": "去做检查", "visits.transfer_visit": "转诊室",
    "visits.triage_visit": "分诊",
}  # fmt: skip
"""Every action that a command writes; the code stays in the record, the words are for people."""

SCREENS = {
    "registration": "挂号", "consultation": "门诊工作站", "prescription": "处方", "pharmacy.sheet": "发药",
    "charging": "收费", "收费": "收费", "收据": "收据", "退费": "退费", "patient card": "患者档案",
    "patient merge": "合并患者", "person visits": "就诊记录", "person records": "病历一览",
    "without number": "无号接诊", "request": "申请单", "pharmacy.register": "特殊药品登记",
    "checks.readings": "查阅记录", "desks.virtual_paper": "虚拟打印机的纸",
}  # fmt: skip


def action(code: str) -> str:
    """What was done, in words; the code itself for one that no command writes any more."""
    return pgettext("audit", ACTIONS[code]) if code in ACTIONS else code


def screen(code: str) -> str:
    """Where a chart was seen, in words."""
    return pgettext("screen", SCREENS[code]) if code in SCREENS else code
