"""Reads of rooms, desks and their papers."""

from clinic_app.modules.desks.queries.chips import UNREACHABLE, chips, may_use_virtual_card
from clinic_app.modules.desks.queries.lan_browsers import (
    LanBrowser,
    OpenCode,
    code_hash,
    desk_of_lan_browser,
    former_desk_name,
    lan_browser,
    lan_browsers,
    open_codes,
)
from clinic_app.modules.desks.queries.papers import (
    desk_state,
    finished_papers,
    paper_counts,
    papers_by_id,
    papers_unfinished,
)
from clinic_app.modules.desks.queries.places import (
    Desk,
    Room,
    closed_desks,
    desk,
    desk_named,
    desk_of_browser,
    desks,
    last_used,
    next_place,
    room,
    rooms,
    token_hash,
)

__all__ = [
    "UNREACHABLE", "Desk", "LanBrowser", "OpenCode", "Room", "chips", "closed_desks", "code_hash", "desk",
    "desk_named", "desk_of_browser", "desk_of_lan_browser", "desk_state", "desks", "finished_papers",
    "former_desk_name", "lan_browser", "lan_browsers", "last_used", "may_use_virtual_card", "next_place", "open_codes",
    "paper_counts", "papers_by_id", "papers_unfinished", "room", "rooms", "token_hash",
]  # fmt: skip
