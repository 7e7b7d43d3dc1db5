"""What the forms of staff and sign-in say: parsing and messages, no decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.dates import typed_day
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.rights import ROLES
from clinic_app.modules.people import queries, rules


@dataclass(frozen=True, slots=True)
class SignInForm:
    """`name` is what the counts of failures go by; `person` whom it means, if anybody.

    `is_scan`: a badge was scanned into either field; it picks the person, the secret follows.
    """

    name: str
    person: queries.Person | None
    secret: str = field(repr=False)
    desk_id: bytes | None
    picked: str
    staff_no: str
    is_scan: bool


def read_sign_in(form: MultiDict[str, str], secret_field: str) -> SignInForm:
    """A typed staff number goes before the picked person, who may only be the default."""
    secret, desk_id = form.get(secret_field, ""), read_id(form.get("desk", ""))
    typed, picked = form.get("staff_no", "")[:80].strip(), form.get("person", "")[:32]
    scanned = queries.find_by_badge(_plain(secret or typed))
    if scanned is not None:
        return SignInForm(scanned.staff_no, scanned, "", desk_id, scanned.id.hex(), "", True)
    if typed:
        name, person = _plain(typed), queries.find_for_sign_in(_plain(typed))
    else:
        person_id = read_id(picked)
        found = queries.who_may_sign_in([person_id]) if person_id else []
        name, person = picked, found[0] if found else None
    return SignInForm(name, person, secret, desk_id, picked, typed, False)


def _plain(text: str) -> str:
    return rules.typed_secret(text[:80]).strip().upper()


@dataclass(frozen=True, slots=True)
class PersonForm:
    staff_no: str
    name: str
    title: str
    roles: Sequence[str]


def read_person(form: MultiDict[str, str]) -> PersonForm:
    """A new member of staff; raises Invalid with every field that is wrong."""
    refusals: dict[str, Refused] = {}
    checks: dict[str, Callable[[], object]] = {
        "staff_no": lambda: rules.staff_no(form.get("staff_no", "")),
        "name": lambda: rules.person_name(form.get("name", "")),
        "title": lambda: rules.title(form.get("title", "")),
        "roles": lambda: rules.roles(form.getlist("roles"), ROLES),
    }
    for name, check in checks.items():
        try:
            check()
        except Refused as err:
            refusals[name] = err
    if refusals:
        raise Invalid(refusals)
    return PersonForm(form.get("staff_no", ""), form.get("name", ""), form.get("title", ""), form.getlist("roles"))


@dataclass(frozen=True, slots=True)
class QualificationForm:
    """`choice` is `kind:level` as the select offers them."""

    choice: str
    document_no: str
    valid_from: date
    valid_to: date | None


def read_qualification(form: MultiDict[str, str], today: date) -> QualificationForm:
    """What is typed of a certificate: no first day means from today, no last day without an end.

    Raises Invalid with every field that is wrong.
    """
    refusals: dict[str, Refused] = {}

    def day(name: str) -> date | None:
        typed = form.get(name, "").strip()
        try:
            return typed_day(typed, today, field=name) if typed else None
        except Refused as err:
            refusals[name] = err
            return None

    first, last = day("valid_from"), day("valid_to")
    if refusals:
        raise Invalid(refusals)
    return QualificationForm(form.get("qualification", "")[:40], form.get("document_no", ""), first or today, last)


@dataclass(frozen=True, slots=True)
class PasswordForm:
    current: str = field(repr=False)
    password: str = field(repr=False)
    pin: str | None = field(repr=False)


def read_password(form: MultiDict[str, str]) -> PasswordForm:
    """A new password typed twice, and a PIN when one is given."""
    password, pin = form.get("password", ""), form.get("pin", "").strip()
    if rules.typed_secret(password) != rules.typed_secret(form.get("again", "")):
        raise Invalid({"again": Refused("people.passwords_differ", field="again")})
    if pin:
        try:
            rules.refuse_weak_pin(pin)
        except Refused as err:
            raise Invalid({"pin": err}) from err
    return PasswordForm(form.get("current", ""), password, pin or None)
