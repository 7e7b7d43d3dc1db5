"""What the treatment room says on the home page and in the top bar."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.treatments.queries.skin_tests import positive_to_return
from clinic_app.modules.treatments.queries.worklist import first_day, start_of, waiting


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait to be treated, for the home page of the nurses."""
    if not actor.may("treatments.execute"):
        return {}
    return {"treatments.index": _("待执行 %(count)d 人") % {"count": len(waiting(today()))}}


def chips(actor: Actor) -> list[Chip]:
    """A positive skin test whose drug is still charged, for those who return it (ST-03)."""
    if not (actor.may("consultation.write") or actor.may("charging.charge")):
        return []
    found = positive_to_return(start_of(first_day(today())))
    if not found:
        return []
    url = f"/doctor/visits/{found[0].visit_id.hex()}" if actor.may("consultation.view") else ""
    return [Chip(_("皮试阳性待退药 %(count)d") % {"count": len(found)}, "off", url)]
