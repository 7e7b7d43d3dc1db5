"""The status chips (状态) of the desk at which a person sits."""

from clinic_app.kernel import installation, ports
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.desks.queries.papers import DeskState, desk_state

DESK_WORK = frozenset({"registrar", "doctor", "village_doctor", "pharmacist", "cashier"})
UNREACHABLE = frozenset({"unreachable", "off", "no_device_process", "device_process_died", "line_broken", "timeout"})


def chips(actor: Actor) -> list[Chip]:
    """Printer and reader of the actor's desk, none for a device that it does not have; for who may mend it, the LAN.

    Without a desk, who works at one is told so before the first paper, and where a desk is chosen.
    """
    return [*_lan_chips(actor), *_device_chips(actor)]


def _lan_chips(actor: Actor) -> list[Chip]:
    if ports.bound.lan is None or not actor.may("desks.lan"):
        return []
    trouble = ports.bound.lan.trouble()
    return [] if trouble in ports.LAN_LETS_IN else [Chip(_("院内网不通"), "off", "/desks/lan")]


def _device_chips(actor: Actor) -> list[Chip]:
    if actor.desk_id is None and actor.roles & DESK_WORK:
        return [Chip(_("没选工位 · 不能打印"), "warn", "/sign-in?other=1")]
    found = desk_state(actor.desk_id) if actor.desk_id else None
    if found is None:
        return []
    papers = "/printing/jobs" if actor.may("printing.own") else "/desks" if actor.may("desks.manage") else ""
    shown = [printer_chip(found, papers)]
    if found.reader_kind != "none":
        card = "/virtual-card" if may_use_virtual_card(actor) else ""
        shown.append(Chip(_("读卡器"), "ok", card))
    return [chip for chip in shown if chip is not None]


def printer_chip(found: DeskState, url: str) -> Chip | None:
    """What matters most of a printer: papers that a person must look at, then why papers wait, then how many."""
    if found.unknown:
        return Chip(_("打印机 %d 张待确认") % found.unknown, "off", url)
    if not found.waiting:
        return Chip(_("打印机"), "ok", url) if found.printer_kind != "none" else None
    if found.printer_kind == "none":
        return Chip(_("没接打印机 等 %d 张") % found.waiting, "warn", url)
    if found.reason in UNREACHABLE:
        return Chip(_("打印机连不上 等 %d 张") % found.waiting, "off", url)
    return Chip(_("打印机 等 %d 张") % found.waiting, "warn", url)


def may_use_virtual_card(actor: Actor) -> bool:
    """Anybody at a desk in practice; in a real clinic only who looks after the devices."""
    return actor.may("desks.virtual") and (installation.current().is_practice or actor.may("desks.manage"))
