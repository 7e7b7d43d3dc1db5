"""The commands of staff, credentials and sign-in."""

from clinic_app.modules.people.services.credentials import (
    give_one_time_code,
    has_practice_password,
    new_code,
    reset_last_administrator,
    set_badge,
    set_password,
    set_pin,
)
from clinic_app.modules.people.services.importing import (
    CheckedLine,
    StaffLine,
    check_staff,
    import_staff,
    read_staff_list,
)
from clinic_app.modules.people.services.qualifications import add_qualification, end_qualification
from clinic_app.modules.people.services.signing_in import (
    SignedIn,
    end_quietly,
    lock_session,
    prove_again,
    show_resets,
    sign_in,
    sign_out,
    switch,
    take_own_password,
    unlock_session,
)
from clinic_app.modules.people.services.slow_down import Place
from clinic_app.modules.people.services.staff import add_person, change_roles, close_account

__all__ = [
    "CheckedLine",
    "Place",
    "SignedIn",
    "StaffLine",
    "add_person",
    "add_qualification",
    "change_roles",
    "check_staff",
    "close_account",
    "end_qualification",
    "end_quietly",
    "give_one_time_code",
    "has_practice_password",
    "import_staff",
    "lock_session",
    "new_code",
    "prove_again",
    "read_staff_list",
    "reset_last_administrator",
    "set_badge",
    "set_password",
    "set_pin",
    "show_resets",
    "sign_in",
    "sign_out",
    "switch",
    "take_own_password",
    "unlock_session",
]
