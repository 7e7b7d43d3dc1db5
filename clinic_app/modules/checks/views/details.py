"""Words for what a row of the audit trail tells beside the act (细节): the code stays in the record."""

import json
import re
from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.money import price, yuan

NAMES = {
    "accepted": "收下", "account": "有账号", "added": "新增", "address": "地址", "after": "改后",
    "after_mm": "皮丘后 mm", "again": "又一次", "alias": "别名", "amount_fen": "金额", "analyte": "指标",
    "awaits": "等审签", "batches": "批号数", "before": "改前", "before_mm": "皮丘前 mm", "came_out": "出纸",
    "cash_fen": "现金", "cashier": "收费员", "changed": "改了", "code": "编码", "console": "在服务器上",
    "copy": "第几份", "count": "几个", "counted_fen": "点出", "counted_with": "一起点的人", "damage_no": "报损单",
    "day": "日期", "decision": "决定", "device": "电脑", "diagnosis": "诊断", "difference_fen": "差额",
    "difference_reason": "差额原因", "different": "对不上", "doctor": "医师", "document": "单据",
    "drawer_fen": "钱箱应有", "drugs": "药品数", "empties": "空安瓿", "entries": "几条", "entry": "记录",
    "expected_fen": "应有", "fields": "哪几项", "file": "文件", "first": "从", "float_fen": "备用金", "form": "格式",
    "given": "发了", "goods_in_no": "入库单", "history": "病史", "hours": "时段", "how": "怎么登录",
    "identifier": "证件", "income_fen": "收入", "invoice_no": "发票号", "is_disabled": "停用", "is_open": "在用",
    "is_positive": "阳性", "is_restricted": "限制", "kind": "类别", "label": "瓶签", "last": "到",
    "last_serial": "最后顺序号", "level": "级别", "lines": "行数", "maximum": "上限", "minimum": "下限",
    "minutes": "分钟", "month": "月份", "most": "上限", "movements": "出库笔数", "name": "名称", "new": "新增",
    "newest": "最后一笔", "next": "下一号", "noncash_fen": "非现金", "note": "备注", "number": "号码", "open": "开放",
    "other": "另一份档案", "owed": "欠药", "paid_fen": "实收", "part": "段", "payer": "付费方式",
    "payer_before": "原付费方式", "person_no": "患者编号", "placed": "放上", "posted": "记了几笔",
    "prepared_by": "配药人", "prescription_no": "处方号", "price_e4": "单价", "printer": "打印机",
    "proposed_by": "提出的人", "purpose": "用途", "quantity": "数量", "range": "范围", "reader": "读卡器",
    "reason": "理由", "receipt_no": "收据号", "receivable_fen": "应收", "received_fen": "收到", "recorded": "记了几个",
    "red_no": "红字收据", "references": "流水号", "relation": "家人", "remark": "意见", "replaces": "替换",
    "report_no": "报告号", "request_no": "申请单", "requests": "申请单", "reservations": "预留笔数",
    "resets": "重置次数", "rest_no": "剩余部分收据", "return_no": "退药单", "rev": "版本", "roles": "角色",
    "room": "诊室", "route": "页面", "rows": "行数", "said": "改成", "scanned": "扫到", "scope": "谁能用",
    "sheet": "处方号", "sheets": "处方", "slip": "单子", "slot": "第几个号", "slots": "号源", "source": "依据",
    "span": "时段", "state": "状态", "statements": "核对条数", "stopped_because": "停止原因", "test_no": "皮试号",
    "to": "到", "told": "告诉了谁", "total_fen": "合计", "unchanged": "没变", "valid_days": "有效天数",
    "valid_from": "从哪天起", "valid_to": "到哪天止", "values": "几项", "verdict": "结论", "version": "版本",
    "violations": "不符条数", "visit_no": "就诊号", "voided": "作废号", "what": "哪张表", "with_number": "有号",
    "fingerprint": "证书指纹", "names": "名字", "plain": "不加密", "port": "端口",
    "broken": "没过的核对", "copy_no": "第几份", "counter": "版本序号", "recipient": "公钥", "steps": "步骤",
    "targets": "存到几处", "worst": "最重的一项",
}  # fmt: skip
"""Every detail that a command writes."""
LONGEST = 60
_ID = re.compile("[0-9a-f]{32}")
_YES_NO = ("account", "again", "awaits", "came_out", "console", "given", "open", "placed", "plain", "with_number")


def name(key: str) -> str:
    """What is told, in words; the key itself for one that no command writes any more."""
    return pgettext("audit detail", NAMES[key]) if key in NAMES else key


def value(key: str, found: Any, people: Mapping[bytes, str]) -> str:
    """How it was: money in yuan, yes or no, the name of a person, else as it stands in the record, cut at 60 signs."""
    if isinstance(found, bool) or (key in _YES_NO and found in (0, 1)):
        return _("是") if found else _("否")
    if isinstance(found, int) and key.endswith("_fen"):
        return yuan(found)
    if isinstance(found, int) and key == "price_e4":
        return price(found)
    one = id_of(found)
    if one is not None:
        return people.get(one, one.hex()[-8:])
    text = found if isinstance(found, str) else "" if found is None else _in_line(found)
    return (text if len(text) <= LONGEST else f"{text[:LONGEST]}…") or "—"


def id_of(found: Any) -> bytes | None:
    """The id that a detail holds, as bytes or in hex."""
    text = found.get("$hex") if isinstance(found, dict) and set(found) == {"$hex"} else found
    return bytes.fromhex(text) if isinstance(text, str) and _ID.fullmatch(text) else None


def _in_line(found: Any) -> str:
    if isinstance(found, list) and all(isinstance(one, str | int) for one in found):
        return pgettext("list", "、").join(str(one) for one in found)
    return json.dumps(found, ensure_ascii=False)
