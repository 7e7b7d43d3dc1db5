"""What the top bar tells of the stock (预警)."""

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.stock.queries.alarms import urgent_count


def chips(actor: Actor) -> list[Chip]:
    """How many batches on the shelf are past their last day or close to it (PH-06)."""
    if not actor.may("stock.keep"):
        return []
    try:
        count = urgent_count(clock.today())
    except Missing:  # no place that dispenses yet: nothing lies there
        return []
    if not count:
        return []
    text = ngettext("%(count)d 批药快过期", "%(count)d 批药快过期", count) % {"count": count}
    return [Chip(text, "warn", "/stock/alarms")]
