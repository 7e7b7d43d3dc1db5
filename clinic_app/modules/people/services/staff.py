"""Staff (职工): joining, roles, leaving."""

from collections.abc import Collection
from typing import Any

from clinic_app.kernel import installation, parameters, sessions
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import ROLES
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import events, queries, rules
from clinic_app.modules.people.models import Account, OneTimeCode, PersonRole, PersonRow
from clinic_app.modules.people.services import credentials


def add_person(
    uow: UnitOfWork,
    *,
    staff_no: str,
    name: str,
    title: str,
    roles: Collection[str],
    password: str | None = None,
    pin: str | None = None,
) -> dict[str, Any]:
    """Add a member of staff, with an account when a password is given; refuses a staff number that was ever used.

    A fixed or simple password and PIN pass in a practice clinic only. -> {"person_id"}
    """
    number = rules.staff_no(staff_no)
    held = rules.roles(roles, ROLES)
    row = {"staff_no": number, "name": rules.person_name(name), "title": rules.title(title)}
    if uow.execute("SELECT 1 FROM person WHERE staff_no = ?", (number,)).fetchone():
        raise Refused("people.staff_no_taken", field="staff_no", staff_no=number)
    person_id = new_id()
    PersonRow.insert(id=person_id, is_active=1, created_at=uow.at, **row).execute()
    for role in sorted(held):
        PersonRole.insert(person_id=person_id, role=role).execute()
    if password is not None:
        _check_first_password(uow, number, password, pin)
        credentials.store_password(uow, person_id, password)
        if pin is not None:
            credentials.store_pin(person_id, pin)
    uow.audit("people.add_person", person_id, roles=sorted(held), account=int(password is not None))
    uow.emit(events.ADDED, person_id, {"person_id": person_id, "roles": sorted(held), **row})
    return {"person_id": person_id.hex()}


def _check_first_password(uow: UnitOfWork, staff_no: str, password: str, pin: str | None) -> None:
    if installation.current().is_practice:
        rules.refuse_short_password(password, parameters.value("people.shortest_password", uow.on))
        return
    credentials.refuse_weak(password, staff_no, uow)
    if pin is not None:
        rules.refuse_weak_pin(pin)


def change_roles(uow: UnitOfWork, person_id: bytes, roles: Collection[str]) -> dict[str, Any]:
    """Give a person other roles; ends the person's sessions at once. The last administrator stays one."""
    found = _active(person_id)
    held = rules.roles(roles, ROLES)
    if held == found.roles:
        raise Refused("people.roles_same", field="roles")
    if "administrator" not in held:
        _refuse_losing_last_administrator(found)
    PersonRole.delete().where(PersonRole.person_id == person_id).execute()
    for role in sorted(held):
        PersonRole.insert(person_id=person_id, role=role).execute()
    uow.audit("people.change_roles", person_id, before=sorted(found.roles), after=sorted(held))
    uow.emit(events.ROLES_CHANGED, person_id, {"person_id": person_id, "roles": sorted(held)})
    sessions.end_all_of(uow, person_id)
    return {"person_id": person_id.hex()}


def close_account(uow: UnitOfWork, person_id: bytes, *, is_warned: bool = True) -> dict[str, Any]:
    """A person leaves (离职): sign-in is refused from now, all sessions end, the name stays on old records (PR-07).

    `is_warned` False lets later subjects say first what the person leaves unfinished (guard `people.close_account`);
    who was told closes it all the same.
    """
    found = _active(person_id)
    _refuse_losing_last_administrator(found)
    if not is_warned:
        uow.guard("people.close_account", person_id=person_id)
    PersonRow.update(is_active=0).where(PersonRow.id == person_id).execute()
    Account.update(closed_at=uow.at, badge_no=None).where(Account.person_id == person_id).execute()
    OneTimeCode.update(ended_at=uow.at).where(
        (OneTimeCode.person_id == person_id) & OneTimeCode.ended_at.is_null()
    ).execute()
    uow.audit("people.close_account", person_id)
    uow.emit(events.LEFT, person_id, {"person_id": person_id})
    sessions.end_all_of(uow, person_id)
    return {"person_id": person_id.hex()}


def _active(person_id: bytes) -> queries.Person:
    found = queries.person(person_id)
    if found is None:
        raise Missing("people.unknown")
    if not found.is_active:
        raise Refused("people.closed", name=found.name)
    return found


def _refuse_losing_last_administrator(found: queries.Person) -> None:
    if "administrator" in found.roles and {one.id for one in queries.administrators()} <= {found.id}:
        raise Refused("people.last_administrator", name=found.name)
