"""What of the dictionaries waits for a person (待办): prices that somebody else proposed."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor

_PRICES = (
    "SELECT count(*) FROM (SELECT 1 FROM price_proposal WHERE decided_at IS NULL AND proposed_by <> ? LIMIT 100)"
)


def todo(actor: Actor) -> list[Todo]:
    """To those who keep the lists: never the own proposals; at most 100 are counted."""
    if not actor.may("dictionaries.manage") or not (count := db.value(_PRICES, (actor.person_id,))):
        return []
    text = ngettext("%(count)d 个价格等你批准", "%(count)d prices for your approval", count) % {"count": count}
    return [Todo(text, _("批准了才按新价收"), "/dictionaries/prices", "book")]
