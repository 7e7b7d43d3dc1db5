"""What of the stock waits for a person (待办): damage documents of somebody else."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor

_DAMAGES = "SELECT count(*) FROM (SELECT 1 FROM damage WHERE state = 'submitted' AND made_by <> ? LIMIT 100)"


def todo(actor: Actor) -> list[Todo]:
    """To those who approve: never the own documents; at most 100 are counted."""
    if not actor.may("stock.approve") or not (count := db.value(_DAMAGES, (actor.person_id,))):
        return []
    text = ngettext("%(count)d 张报损单等你批", "%(count)d damage documents for your approval", count)
    return [Todo(text % {"count": count}, _("批了，库存就减掉"), "/stock/damages", "box")]
