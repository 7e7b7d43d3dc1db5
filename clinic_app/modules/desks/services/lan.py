"""The LAN (院内网) as an administrator's explicit choice, with its row in the trail."""

from collections.abc import Callable
from typing import Any

from clinic_app.kernel.ports import LanChoice
from clinic_app.kernel.unit_of_work import UnitOfWork


def choose_lan(
    uow: UnitOfWork, choice: LanChoice, was_on: bool, fingerprint: str, act: Callable[[], None]
) -> dict[str, Any]:
    """Record the choice; `act` makes it so once the row is durable, never before. -> {"is_on"}"""
    action = "desks.change_lan" if choice.is_on and was_on else "desks.open_lan" if choice.is_on else "desks.end_lan"
    uow.audit(
        action, port=choice.port, names=" ".join(choice.names), plain=int(choice.is_plain), fingerprint=fingerprint
    )
    uow.after_commit(act)
    return {"is_on": int(choice.is_on)}
