"""Reads of rooms, desks and their papers."""

from clinic_app.modules.desks.queries.chips import UNREACHABLE, chips, may_use_virtual_card
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
    next_place,
    room,
    rooms,
    token_hash,
)

__all__ = [
    "UNREACHABLE", "Desk", "Room", "chips", "closed_desks", "desk", "desk_named", "desk_of_browser", "desk_state",
    "desks", "finished_papers", "may_use_virtual_card", "next_place", "paper_counts", "papers_by_id",
    "papers_unfinished", "room", "rooms", "token_hash",
]  # fmt: skip
