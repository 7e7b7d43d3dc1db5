"""Commands of the parameters: a new value from a day on; nothing that held before is lost."""

from datetime import date
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.parameters import events, queries, rules


def change(uow: UnitOfWork, name: str, *, text: str, valid_from: date | None, source: str, seen: str) -> dict[str, Any]:
    """Let a parameter have another value from a day on, with the reason. -> {"name", "value", "valid_from"}

    `seen` is the value that the form showed. Refused what `rules` refuse, what the owner of a list says to its codes
    (guard `parameters.change`), `parameters.same` when nothing would change, `parameters.changed_since` (Stale) when
    somebody changed it meanwhile.
    """
    found = queries.line(name, uow.on)
    if found is None:
        raise Missing("parameters.unknown")
    if found.now.value != seen:
        raise Stale("parameters.changed_since", field="value", value=found.now.value)
    day = rules.first_day(valid_from, uow.on)
    new, why = rules.entered(found.declared, text), rules.reason(source)
    if found.declared.codes_of:
        uow.guard("parameters.change", codes_of=found.declared.codes_of, codes=rules.codes(new))
    stored = found.declared.store(new)
    holds = [one for one in queries.history(name) if one.valid_from <= day][-1]
    if holds.value == stored:
        raise Refused("parameters.same", field="value", since=holds.valid_from.isoformat())
    parameters.change(uow, name, new, day, why)
    first = day.isoformat()
    uow.audit("parameters.change", name=name, before=holds.value, after=stored, valid_from=first, source=why)
    uow.emit(events.CHANGED, bytes(16), {"name": name, "value": stored, "valid_from": first, "source": why})
    return {"name": name, "value": stored, "valid_from": first}
