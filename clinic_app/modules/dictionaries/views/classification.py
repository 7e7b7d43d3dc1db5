"""The page of invoice lines (发票归类): category left, items right, proposals red and unused until saved."""

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries import queries, services
from clinic_app.modules.dictionaries.queries import classification as classes
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/invoice-lines")
@access("dictionaries.manage")
def classification() -> Response:
    """All items of one line, with those that are proposed for it; without a line, all that stand on none."""
    categories = [one for one in queries.invoice_categories() if not one.is_disabled]
    chosen = next((one for one in categories if one.code == request.args.get("category", "")), None)
    proposed = classes.proposals()
    of_line = [one for one in proposed if chosen is None or one.proposed == chosen.code]
    saved = classes.items_of(chosen.code) if chosen else []
    waiting: dict[str | None, int] = {}
    for one in proposed:
        waiting[one.proposed] = waiting.get(one.proposed, 0) + 1
    return pages.page(
        "dictionaries/classification.html", categories=categories, chosen=chosen, proposed=of_line,
        saved=saved[: classes.MOST], has_more=len(saved) > classes.MOST, counts=classes.counts(), waiting=waiting,
        either=queries.either,
    )  # fmt: skip


@blueprint.post("/invoice-lines")
@access("dictionaries.manage", writes=ONCE)
def classify() -> Response:
    """Save the lines that were chosen; a row left without one stays unclassified."""
    known_fields("item", "line", "category")
    items, lines = request.form.getlist("item"), request.form.getlist("line")
    if len(items) != len(lines) or len(items) > classes.MOST:
        raise Refused("dictionaries.form_broken")
    wanted = {tuple(item.split(":", 1)): line for item, line in zip(items, lines, strict=True) if line and ":" in item}
    done = command(lambda uow: services.classify(uow, wanted)).result["changed"]  # type: ignore[arg-type]
    said = i18n.gettext("%(count)s 项归好类了") % {"count": done}
    line = request.form.get("category")
    is_line = any(one.code == line for one in queries.invoice_categories())
    return pages.see(url_for("dictionaries.classification", category=line if is_line else None), said)
