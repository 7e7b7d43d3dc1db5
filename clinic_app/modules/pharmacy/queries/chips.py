"""What the top bar tells a doctor of the pharmacy's questions (质疑)."""

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.pharmacy.queries.standing import open_question_count


def chips(actor: Actor) -> list[Chip]:
    """How many questions wait for this doctor, and for how many minutes the oldest has waited."""
    if not actor.may("pharmacy.answer"):
        return []
    count, oldest = open_question_count(actor.person_id)
    if not count or oldest is None:
        return []
    minutes = (clock.clock.read().at - oldest) // 60_000
    told = ngettext(
        "药房问 %(count)d 张处方，等了 %(minutes)d 分", "药房问 %(count)d 张处方，等了 %(minutes)d 分", count
    )
    return [Chip(told % {"count": count, "minutes": minutes}, "warn", "/pharmacy/questions")]
