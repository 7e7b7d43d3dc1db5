"""The commands of rooms, desks and papers."""

from clinic_app.modules.desks.services.desks import add_desk, change_desk, close_desk, pair_browser, reopen_desk
from clinic_app.modules.desks.services.lan import choose_lan
from clinic_app.modules.desks.services.pairing import (
    end_all_pairings,
    make_pairing_code,
    new_pairing_code,
    pair_by_code,
    revoke_browser,
)
from clinic_app.modules.desks.services.papers import answer_paper, give_up_paper, reprint, retry_now, test_print
from clinic_app.modules.desks.services.rooms import add_room, change_room
from clinic_app.modules.desks.services.virtual import switch_virtual_printer, use_virtual_card

__all__ = [
    "add_desk", "add_room", "answer_paper", "change_desk", "change_room", "choose_lan", "close_desk",
    "end_all_pairings", "give_up_paper", "make_pairing_code", "new_pairing_code", "pair_browser", "pair_by_code",
    "reopen_desk", "reprint", "retry_now", "revoke_browser", "switch_virtual_printer", "test_print",
    "use_virtual_card",
]  # fmt: skip
