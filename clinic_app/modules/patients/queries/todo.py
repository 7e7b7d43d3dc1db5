"""What of the records waits for a person (待办): merges to approve, openings and alarms to review."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor

# The own proposal is approved by somebody else, the own reading is reviewed by somebody else.
_MERGES = (
    "SELECT count(*) FROM (SELECT 1 FROM patient_link WHERE approved_at IS NULL AND undone_at IS NULL"
    " AND linked_by <> ? LIMIT 100)"
)
_READINGS = (
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM chart_opening WHERE reviewed_at IS NULL AND person_id <> ?1"
    " LIMIT 100)) + (SELECT count(*) FROM (SELECT 1 FROM reading_alarm WHERE reviewed_at IS NULL AND person_id <> ?1"
    " LIMIT 100))"
)


def todo(actor: Actor) -> list[Todo]:
    """To those who merge records or review who read them; at most 100 of each are counted."""
    found = []
    if actor.may("patients.merge") and (count := db.value(_MERGES, (actor.person_id,))):
        text = ngettext("%(count)d 件合并等你核准", "%(count)d merges for your approval", count)
        found.append(Todo(text % {"count": count}, _("核对是不是同一个人"), "/patients/links", "person"))
    if actor.may("patients.review_access") and (count := db.value(_READINGS, (actor.person_id,))):
        text = ngettext("%(count)d 次查阅等你审查", "%(count)d readings for your review", count)
        detail = _("写理由打开的档案，和查得太多的提醒")
        found.append(Todo(text % {"count": count}, detail, "/patients/access-reviews", "shield"))
    return found
