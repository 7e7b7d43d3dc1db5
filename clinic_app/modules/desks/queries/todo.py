"""What of the desks waits for a person (待办): that there is one."""

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor


def todo(actor: Actor) -> list[Todo]:
    """To those who set up the desks, while none is open."""
    if not actor.may("desks.manage") or db.value("SELECT EXISTS(SELECT 1 FROM desk WHERE is_open = 1)"):
        return []
    return [Todo(_("还没有工位"), _("先加诊室和工位，接好打印机，挂号和收费才有地方打单"), "/desks", "print")]
