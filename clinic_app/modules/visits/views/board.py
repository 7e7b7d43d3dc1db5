"""The whole-visit board (全程看板): each patient's present step and minutes waiting (OPD-14)."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import clock
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.views import blueprint, words
from clinic_app.web import pages
from clinic_app.web.access import access, actor


@blueprint.get("/board")
@access("visits.view", in_menu=True)
def board() -> Response:
    return pages.page("visits/board.html", **_values())


@blueprint.get("/board/rows")
@access("visits.view", is_poll=True)
def board_rows() -> Response:
    return pages.page("visits/_board.html", **_values())


def _values() -> dict[str, Any]:
    on, with_done = clock.today(), request.args.get("done") == "1"
    rows = queries.board(on, with_done=with_done)
    steps = words.steps()
    counts = {code: sum(one.step == code for one in rows) for code in steps}
    return {
        "rows": rows, "steps": steps, "counts": counts, "with_done": with_done, "waits": queries.waits(on, on),
        "is_masked": not actor().roles & CARE_TEAM, "mask_name": patients.mask_name,
    }  # fmt: skip
