"""The subjects in the order of dependence, and their wiring without Flask."""

import importlib

from clinic_app.config import Config
from clinic_app.kernel import invariants, journey, maintenance, outbox, parameters, ports, rights, schema
from clinic_app.kernel.manifest import Module

MODULES = [
    "people",
    "desks",
    "dictionaries",
    "stock",
    "patients",
    "visits",
    "consultation",
    "charging",
    "pharmacy",
    "treatments",
    "laboratory",
    "parameters",
    "backups",
    "reports",
    "checks",
    "selfcheck",
]


def modules() -> list[Module]:
    """The manifests in registry order."""
    return [importlib.import_module(f"clinic_app.modules.{name}.module").MODULE for name in MODULES]


def migration_steps() -> list[schema.Step]:
    """Kernel first, then each subject, in registry order."""
    steps = schema.steps_of("kernel", "clinic_app.kernel")
    for name in MODULES:
        steps += schema.steps_of(name, f"clinic_app.modules.{name}")
    return steps


def wire(config: Config) -> list[Module]:
    """Bind subscribers, guards, rights, parameters, invariants and ports; fails on a name nobody emits or offers."""
    found = modules()
    rights.reset()
    parameters.reset()
    invariants.reset()
    journey.reset()
    outbox.subscribers.clear()
    outbox.guards.clear()
    maintenance.hourly.clear()
    ports.bound = ports.Ports()
    for parameter in parameters.KERNEL:
        parameters.declare(parameter)
    for module in found:
        _declare(module)
    emitted = {event.name for module in found for event in module.events}
    offered = {name for module in found for name in module.offers}
    for module in found:
        _connect(module, emitted, offered)
        if module.hourly:
            maintenance.hourly.append((module.name, module.hourly))
        if module.bind:
            module.bind(config)
    return found


def _declare(module: Module) -> None:
    for right, roles in module.rights.items():
        rights.declare(right, roles)
    for parameter in module.parameters:
        parameters.declare(parameter)
    for invariant in module.invariants:
        invariants.register(invariant)
    if module.steps:
        journey.declare(module.steps)


def _connect(module: Module, emitted: set[str], offered: set[str]) -> None:
    for name, subscriber in module.on.items():
        if name not in emitted:
            raise ValueError(f"{module.name} subscribes to {name}, which nobody emits")
        outbox.subscribers.setdefault(name, []).append(subscriber)
    for name, guard in module.guards.items():
        if name not in offered:
            raise ValueError(f"{module.name} guards {name}, which nobody offers")
        outbox.guards.setdefault(name, []).append(guard)
