"""Binds `ports.Accounts`: who a session's person is and may do today."""

from clinic_app.config import Config
from clinic_app.kernel import ports, rights
from clinic_app.kernel.rights import Actor
from clinic_app.modules.people import queries


class StaffAccounts:
    """Accounts (账号) by the tables of this subject."""

    def actor(self, person_id: bytes, desk_id: bytes | None, session_id: bytes) -> Actor | None:
        """None for a closed account; no roles and no rights until the own password is set."""
        found, login = queries.person(person_id), queries.login(person_id)
        if found is None or login is None:
            return None
        held = found.roles if login.password_hash is not None else frozenset()
        return Actor(person_id, found.name, held, rights.of_roles(held), desk_id, _desk_name(desk_id), session_id)


def _desk_name(desk_id: bytes | None) -> str:
    if desk_id is None or ports.bound.desks is None:
        return ""
    return dict(ports.bound.desks.choices()).get(desk_id, "")


def bind(_config: Config) -> None:
    ports.bound.accounts = StaffAccounts()
