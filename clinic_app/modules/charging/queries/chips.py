"""What the top bar tells the manager of the cashiers' shifts (没交的班)."""

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.charging.queries.left_open import left_open


def chips(actor: Actor) -> list[Chip]:
    """How many shifts nobody will close unless the manager does."""
    if not actor.may("charging.close_for"):
        return []
    left = len(left_open(clock.clock.read().at))
    text = ngettext("%(count)d 个班没交", "%(count)d shifts left open", left) % {"count": left}
    return [Chip(text, "warn", "/charging/shifts")] if left else []
