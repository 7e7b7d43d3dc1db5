"""What of the consultation waits for a person (待办): trainees' notes to co-sign, amendments to approve."""

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor
from clinic_app.modules.consultation.queries.cosigning import may_approve, may_cosign

_NOTES = "SELECT count(*) FROM (SELECT 1 FROM note WHERE state = 'awaiting' AND doctor_id <> ? LIMIT 100)"
_AMENDMENTS = (
    "SELECT count(*) FROM (SELECT 1 FROM amendment_request WHERE state = 'open' AND asked_by <> ? LIMIT 100)"
)


def todo(actor: Actor) -> list[Todo]:
    """To a registered doctor what a trainee wrote, to who approves what colleagues want to amend; 100 at most."""
    found, me = [], actor.person_id
    if actor.may("consultation.cosign") and (count := db.value(_NOTES, (me,))) and may_cosign(actor, today()):
        text = ngettext("%(count)d 份病历等你审签", "%(count)d notes for your co-signature", count)
        detail = _("你签了，处方才去收费")
        found.append(Todo(text % {"count": count}, detail, "/doctor/waiting", "check"))
    if actor.may("consultation.approve") and (count := db.value(_AMENDMENTS, (me,))) and may_approve(actor, today()):
        text = ngettext("%(count)d 份签过的病历要修改，等你批", "%(count)d amendments for your approval", count)
        found.append(Todo(text % {"count": count}, _("批了才能改"), "/doctor/waiting", "check"))
    return found
