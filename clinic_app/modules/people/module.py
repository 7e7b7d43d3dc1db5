"""Manifest of the subject people (职工)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.people import events, gateway, invariants

MODULE = Module(
    name="people",
    blueprint="clinic_app.modules.people.views:blueprint",
    rights={
        "people.view": frozenset({"manager", "auditor", "administrator"}),
        "people.manage": frozenset({"administrator"}),
    },
    menu=(MenuItem("职工", "people.staff", "people.view", "person"),),
    events=(events.ADDED, events.ROLES_CHANGED, events.QUALIFIED, events.LEFT),
    invariants=invariants.ALL,
    parameters=(
        Parameter("people.one_time_code_hours", 24, "product decision: the slip is used soon", lowest=1, highest=72),
        Parameter("people.proof_minutes", 5, "OWASP ASVS 5.0, 7.5.3: asked again", lowest=1, highest=15),
        Parameter("people.shortest_password", 8, "OWASP ASVS 5.0, 6.2.1", lowest=8, highest=64),
        Parameter("people.failures_before_pause", 5, "product decision: people mistype", lowest=3, highest=10),
        Parameter("people.failures_before_brake", 20, "product decision: desks are apart", lowest=10, highest=100),
        Parameter("people.longest_pause_seconds", 60, "product decision: nobody is locked out", lowest=10, highest=600),
        Parameter("people.grace_days", 0, "domain guide SF-02: none unless the clinic decides", lowest=0, highest=90),
        Parameter("people.renewal_notice_days", 92, "domain guide SF-01: three months before", lowest=30, highest=366),
    ),
    bind=gateway.bind,
)
