"""Documents, states and reasons in plain words."""

from collections.abc import Mapping

from clinic_app.kernel import jobs
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.ports import LanState
from clinic_app.modules.desks.documents import PRINTERS

KINDS = {**PRINTERS, "none": "不接打印机"}
READERS = {"virtual": "虚拟读卡器", "none": "不接读卡器"}
STATES = {
    jobs.QUEUED: ("排队", ""), jobs.SENDING: ("正在打印", "act"), jobs.NOT_STARTED: ("等打印机", "warn"),
    jobs.UNKNOWN: ("待确认", "stop"), jobs.PRINTED: ("已打印", "ok"), jobs.REFUSED: ("没打", ""),
}  # fmt: skip


FIELDS = {
    "name": "名称", "room_id": "所在诊室", "printer_kind": "小票打印机", "printer_address": "打印机地址",
    "reader_kind": "读卡器", "code": "编号", "speciality": "科别",
}  # fmt: skip
CARD_FIELDS = {"number": "身份证号", "name": "姓名", "sex": "性别", "born_on": "出生日期", "address": "住址"}


def summary(errors: Mapping[str, str], labels: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """What is wrong as (field, label and sentence), and where the focus goes: one field, or the list of several."""
    found = [(name, f"{_(labels[name])}：{said}") for name, said in errors.items()]
    return found, "#errsum" if len(found) > 1 else f"#{found[0][0]}" if found else ""


def document(code: str) -> str:
    """The name of a document, which its own subject's catalogue gives."""
    name = pgettext("document", code)
    return _("单据") if name == code else name


def copy(copy_no: int) -> str:
    return "" if copy_no == 1 else _("补打 %d") % (copy_no - 1)


def state(job: jobs.Job) -> tuple[str, str]:
    """The word of a job's state and the kind of its tag."""
    word, kind = STATES[job.state]
    return _(word), kind


def reason(job: jobs.Job) -> str:
    """Why a paper is not out, and what helps; empty for one that is on its way."""
    if job.state in (jobs.QUEUED, jobs.SENDING, jobs.PRINTED):
        return ""
    code = job.reason.split(":")[0]  # what follows the colon is for the log
    said = pgettext("paper reason", code)
    if said != code:
        return said
    return _("打印机没有说清原因。") if job.state == jobs.UNKNOWN else _("打印机没有接下这张纸。")


def printer(kind: str, address: str) -> str:
    return f"{_(KINDS[kind])} {address}".strip()


def reader(kind: str) -> str:
    return _(READERS[kind])


LAN_TROUBLES = {
    "starting": "正在打开，过几秒再看",
    "port": "端口 %(port)s 被别的程序占着，换一个端口再打开",
    "certificate": "服务器证书读不出来：先关掉院内网，再打开",
    "authority": "院内证书坏了：关掉再打开会做一套新的，别的电脑要重新装证书",
    "ended": "转发程序停了，正在自动重开；一直这样就看日志",
    "expired": "服务器证书不在有效期内，别的电脑会打不开：先核对服务器时间",
    "clock": "服务器时间还没核对，证书到期也不会自动换：先核对时间",
    "no_address": "这台电脑没连上任何网，别的电脑找不到它：插好网线或连上无线",
}


def lan_trouble(state: LanState) -> str:
    """What keeps other PCs from coming in, and what helps; empty where nothing does."""
    return _(LAN_TROUBLES[state.trouble]) % {"port": state.port} if state.trouble else ""


def in_lines(fingerprint: str) -> list[str]:
    """A fingerprint in lines of eight bytes, as people compare it."""
    parts = fingerprint.split(":") if fingerprint else []
    return [":".join(parts[at : at + 8]) for at in range(0, len(parts), 8)]


def qr_picture(address: str) -> str:
    """A QR code of an address, as the address of a picture."""
    import segno  # only the card needs it

    return segno.make_qr(address, error="m").png_data_uri(scale=8, border=4)
