"""Roles (角色), rights (权限) and the person who acts."""

from dataclasses import dataclass, field

from clinic_app.kernel.errors import Denied

ROLES = (
    "registrar",
    "doctor",
    "village_doctor",
    "nurse",
    "pharmacist",
    "cashier",
    "manager",
    "administrator",
    "auditor",
    "technician",
    "security_officer",
)
CARE_TEAM = frozenset({"registrar", "doctor", "village_doctor", "nurse", "pharmacist", "cashier"})
_granted: dict[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where: built by the session, handed to every unit of work."""

    person_id: bytes
    name: str
    roles: frozenset[str]
    rights: frozenset[str] = field(repr=False)
    desk_id: bytes | None = None
    desk_name: str = ""
    session_id: bytes | None = None

    def may(self, right: str) -> bool:
        return right in self.rights


def declare(right: str, roles: frozenset[str]) -> None:
    """Grant a right to roles; called at wiring from the subjects' manifests."""
    unknown = roles - set(ROLES)
    if unknown or not roles:
        raise ValueError(f"right {right} names unknown or no roles: {sorted(unknown)}")
    _granted[right] = roles


def reset() -> None:
    _granted.clear()


def known() -> frozenset[str]:
    return frozenset(_granted)


def of_roles(roles: frozenset[str]) -> frozenset[str]:
    """Every right that one of the roles has."""
    return frozenset(right for right, allowed in _granted.items() if allowed & roles)


def require(actor: Actor, right: str) -> None:
    """Refuse unless the actor has the right; an undeclared right is never given."""
    if right not in actor.rights:
        raise Denied("rights.denied")


SYSTEM = Actor(bytes(16), "system", frozenset(), frozenset())
