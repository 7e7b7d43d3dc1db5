"""What of the dictionaries waits for a person (待办): lists that are empty, prices that somebody else proposed."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor

_PRICES = (
    "SELECT count(*) FROM (SELECT 1 FROM price_proposal WHERE decided_at IS NULL AND proposed_by <> ? LIMIT 100)"
)


def todo(actor: Actor) -> list[Todo]:
    """To those who keep the lists: what is empty, and never the own proposals; at most 100 are counted."""
    if not actor.may("dictionaries.manage"):
        return []
    found = _empty_lists()
    if not (count := db.value(_PRICES, (actor.person_id,))):
        return found
    text = ngettext("%(count)d 个价格等你批准", "%(count)d prices for your approval", count) % {"count": count}
    return [*found, Todo(text, _("批准了才按新价收"), "/dictionaries/prices", "book")]


def _empty_lists() -> list[Todo]:
    """What a new clinic imports first."""
    has_services, has_drugs = db.rows(
        "SELECT EXISTS(SELECT 1 FROM service_item), EXISTS(SELECT 1 FROM drug)"
    )[0]
    found = []
    if not has_services:
        detail = _("挂号费、治疗费、检查费都在里面")
        found.append(Todo(_("收费项目还是空的"), detail, "/dictionaries/import?kind=services", "book"))
    if not has_drugs:
        detail = _("有了药，才能进货、开方、发药")
        found.append(Todo(_("药品字典还是空的"), detail, "/dictionaries/import?kind=drugs", "book"))
    return found
