"""The one search of every pick from a list: name, initials, spelling, code (CFG-10)."""

from flask import Response, request

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.modules.dictionaries.queries import choices
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import access


@blueprint.get("/suggest/<kind>")
@access("dictionaries.view")
def suggest(kind: str) -> Response:
    """At most 8 entries for the text of the field `field`; `fills` names the hidden field that gets the code.

    With `value=name` the picked name stays in the field, as for a supplier who may also be typed in freely.
    """
    if kind not in LISTS:
        raise Missing("dictionaries.no_such_item")
    typed = request.args.get(request.args.get("field", "q"), "")[:100]
    return pages.answer(
        "dictionaries/_options.html", picks=choices.picks_matching(kind, typed, clock.today()),
        fills=request.args.get("fills", "")[:40],
    )  # fmt: skip
