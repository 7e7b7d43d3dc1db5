"""The accounts (账号): the last administrator, fixed and very old passwords, accounts that nobody uses."""

from dataclasses import dataclass
from datetime import date

from appliance.doctor.finding import FAULT, NOTICE, OK, WARNING, Finding, Place, _
from clinic_app.kernel import installation
from clinic_app.kernel.clock import clock, today
from clinic_app.modules.people import queries as people
from clinic_app.modules.people import services

UNUSED_DAYS, OLD_DAYS = 90, 3 * 365
DAY_MS = 86_400_000
URL = "/people"


@dataclass(frozen=True, slots=True)
class Use:
    """An open account (账号) and when it was last used, ms UTC."""

    person_id: bytes
    staff_no: str
    created_at: int
    last_used: int
    password_on: str | None

    @property
    def password_days(self) -> int:
        """How old the password is."""
        return (today() - date.fromisoformat(self.password_on)).days if self.password_on else 0


def check(place: Place) -> Finding:
    """The gravest alone is said; staff numbers, never names."""
    accounts, button = [Use(*row) for row in people.account_uses()], _("看职工")
    if place.compares_passwords and not installation.current().is_practice:
        fixed = [one.staff_no for one in accounts if services.has_practice_password(one.person_id)]
        if fixed:
            return Finding(FAULT, _("还在用练习密码的账号：%(who)s。"), {"who": _listed(fixed)}, URL, button)
    administrators = people.administrators()
    if not administrators:
        return Finding(FAULT, _("没有一个管理员能登录。在服务器电脑上运行 clinic reset-admin。"), {}, URL, button)
    before = clock.read().at - UNUSED_DAYS * DAY_MS
    unused = [one.staff_no for one in accounts if max(one.last_used, one.created_at) < before]
    if unused:
        facts = {"who": _listed(unused), "days": UNUSED_DAYS}
        return Finding(WARNING, _("%(days)s 天没人用的账号：%(who)s。走了的人要停用。"), facts, URL, button)
    if len(administrators) == 1:
        return Finding(NOTICE, _("只有一个管理员。再设一个，免得他不在时没人能管。"), {}, URL, button)
    old = [one.staff_no for one in accounts if one.password_days > OLD_DAYS]
    if old:
        return Finding(NOTICE, _("三年没换过密码的账号：%(who)s。"), {"who": _listed(old)}, URL, button)
    return Finding(OK, _("%(count)s 个账号都有人用，有 %(admins)s 个管理员。"),
                   {"count": len(accounts), "admins": len(administrators)})  # fmt: skip


def _listed(numbers: list[str]) -> str:
    more = f" +{len(numbers) - 8}" if len(numbers) > 8 else ""
    return ", ".join(numbers[:8]) + more
