"""What a clinic lacks before its first registration (待办): the item of the fee, a doctor with a certificate."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits.queries.fee import fee_item_code, fee_parameter

DOCTORS = {"doctor", "village_doctor"}
NAMED = 5


def todo(actor: Actor) -> list[Todo]:
    """To those who set the clinic up, until it can register and prescribe."""
    found = []
    if actor.may("people.manage"):
        found += _doctors()
    if actor.may("parameters.change"):
        found += _fee()
    return found


def _doctors() -> list[Todo]:
    doctors = [one for one in people.who_may_sign_in() if DOCTORS & set(one.roles)]
    if not doctors:
        return [Todo(_("还没有医生"), _("在“职工”页加上医生，录好执业资格"), "/people", "person")]
    without = [one.name for one in doctors if people.qualification(one.id, today()).doctor_level is None]
    if not without:
        return []
    names = "、".join(without[:NAMED]) + (" …" if len(without) > NAMED else "")
    return [Todo(_("没有有效的执业资格：%(names)s") % {"names": names}, _("录了才能开处方"), "/people", "person")]


def _fee() -> list[Todo]:
    """As a registration is refused: an item that is in no list, not one that costs nothing."""
    code = fee_item_code(today())
    if not code or dictionaries.service_by_code(code) is not None:
        return []
    text = _("挂号时收的项目 %(code)s 不在字典里") % {"code": code}
    detail = _("没有它挂不了号：先导入收费项目，或者换一个项目代码")
    return [Todo(text, detail, f"/parameters/{fee_parameter(today())}")]
