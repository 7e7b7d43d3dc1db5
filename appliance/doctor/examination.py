"""All checks in one order, and the few words about each."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from appliance.doctor.checks import (
    accounts,
    backups,
    certificate,
    clock,
    desks,
    disk,
    folder_rights,
    key_files,
    lan,
    log_size,
    pages,
    printers,
    set_aside,
    unclean_ends,
)
from appliance.doctor.finding import FAULT, NOTICE, STATES, Finding, Place, _

log = logging.getLogger("clinic.doctor")


@dataclass(frozen=True, slots=True)
class Check:
    """`id` names its runbook; `is_security`: part of the monthly security report; `reads`: asks the open database."""

    id: str
    title: str
    act: Callable[[Place], Finding]
    is_security: bool = True
    reads: bool = False


CHECKS = (
    Check("backups", _("备份"), backups.check),
    Check("pages", _("数据页"), pages.check, is_security=False, reads=True),
    Check("disk", _("磁盘空间"), disk.check),
    Check("clock", _("时钟"), clock.check, reads=True),
    Check("key_files", _("密钥文件"), key_files.check),
    Check("set_aside", _("换下来的旧库"), set_aside.check),
    Check("folder_rights", _("文件夹权限"), folder_rights.check),
    Check("accounts", _("账号"), accounts.check, reads=True),
    Check("desks", _("工位"), desks.check, reads=True),
    Check("lan", _("院内网"), lan.check, is_security=False),
    Check("certificate", _("证书"), certificate.check),
    Check("log_size", _("日志"), log_size.check),
    Check("unclean_ends", _("非正常关机"), unclean_ends.check, is_security=False),
    Check("printers", _("打印机"), printers.check, is_security=False, reads=True),
)


def examine(place: Place, *, only_security: bool = False) -> list[tuple[Check, Finding]]:
    """Every check with its finding, in the order of the list; one that breaks off is a fault of its own."""
    return [(one, _found(one, place)) for one in CHECKS if one.is_security or not only_security]


def _found(check: Check, place: Place) -> Finding:
    if place.why is not None and check.reads:
        return Finding(NOTICE, _("数据库没有打开，这一项没有查。"))
    try:
        return check.act(place)
    except Exception as err:
        log.exception("the check %s broke off", check.id)
        return Finding(FAULT, _("这一项没有查成（%(kind)s）。"), {"kind": type(err).__name__})


def worst(found: list[tuple[Check, Finding]]) -> str:
    return max((finding.state for _check, finding in found), key=STATES.index)
