"""The commands of rooms, desks and papers."""

from clinic_app.modules.desks.services.desks import add_desk, change_desk, close_desk, pair_browser, reopen_desk
from clinic_app.modules.desks.services.papers import answer_paper, give_up_paper, reprint, retry_now, test_print
from clinic_app.modules.desks.services.rooms import add_room, change_room
from clinic_app.modules.desks.services.virtual import switch_virtual_printer, use_virtual_card

__all__ = [
    "add_desk", "add_room", "answer_paper", "change_desk", "change_room", "close_desk", "give_up_paper", "pair_browser",
    "reopen_desk", "reprint", "retry_now", "switch_virtual_printer", "test_print", "use_virtual_card",
]  # fmt: skip
