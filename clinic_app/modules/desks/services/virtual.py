"""The switch of a virtual printer and the pad of a virtual reader; `act` touches the device once the row is durable."""

from collections.abc import Callable
from typing import Any

from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks.services.papers import hurry


def switch_virtual_printer(uow: UnitOfWork, desk_id: bytes, state: str, act: Callable[[], None]) -> dict[str, Any]:
    """Switch a virtual printer on, off or out of paper (缺纸); switched on, waiting papers go at once."""
    uow.audit("desks.switch_virtual_printer", desk_id, state=state)
    uow.after_commit(act)
    if state == "on" and hurry(uow, desk_id):
        uow.wakes = True
    return {"state": state}


def use_virtual_card(uow: UnitOfWork, desk_id: bytes, act: Callable[[], None], *, is_placed: bool) -> dict[str, Any]:
    """Lay a card on a desk's virtual reader or take it off; the row says which, never whose card."""
    uow.audit("desks.use_virtual_card", desk_id, placed=int(is_placed))
    uow.after_commit(act)
    return {"placed": int(is_placed)}
