"""From a posted form to a keyed command."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import g, request

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import Once, Outcome, UnitOfWork, perform
from clinic_app.web.access import actor
from sync.wire.canonical import canonical

NOT_PART_OF_THE_BODY = frozenset({"csrf", "once"})
SECRETS = frozenset({"proof"})  # asked again beside a command; no hash of it is ever stored


def posted_once() -> Once:
    """The command key of this form, with a hash of path, fields and uploaded bytes."""
    left_out = NOT_PART_OF_THE_BODY | SECRETS
    fields = [[name, request.form.getlist(name)] for name in sorted(request.form) if name not in left_out]
    digest = hashlib.sha256(canonical([request.path, fields]))
    for name in sorted(request.files):
        digest.update(request.files[name].stream.read())
        request.files[name].stream.seek(0)
    return Once(request.form.get("once", ""), digest.digest())


def command(act: Callable[[UnitOfWork], dict[str, Any]]) -> Outcome:
    """Run a keyed command for the signed-in person; a repeat of the same form returns the first result."""
    outcome = perform(actor(), posted_once(), act)
    g.replayed = outcome.replayed
    return outcome


def known_fields(*names: str) -> None:
    """Refuse a form with fields this view does not know: price, role or clinic never come from the browser."""
    for name in request.form:
        if name not in names and name not in NOT_PART_OF_THE_BODY:
            raise Refused("form.unknown_field", name=name[:40])
