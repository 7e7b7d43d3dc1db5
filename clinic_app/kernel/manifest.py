"""The manifest of a subject (模块清单): everything that the house needs to know about a folder of `modules/`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic_app.kernel.invariants import Invariant
from clinic_app.kernel.journey import Steps
from clinic_app.kernel.outbox import Event, Guard, Subscriber
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the top bar: Chinese label, Flask endpoint, the right that shows it.

    `is_first` marks the daily work of a role: it comes before everything else, so that it is Alt+1; `leads` comes
    before even that: who may see every desk still begins with the own page.
    """

    label: str
    endpoint: str
    right: str
    icon: str = "list"
    is_first: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One status in the top bar: ready text, `ok` | `warn` | `off`, where a click leads."""

    text: str
    state: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a person (待办): ready text, what is to be known beside it, where it is done."""

    text: str
    detail: str
    url: str
    icon: str = "list"


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    blueprint: str = ""
    rights: Mapping[str, frozenset[str]] = field(default_factory=dict)
    menu: tuple[MenuItem, ...] = ()
    belongs: Mapping[str, str] = field(default_factory=dict)
    """Endpoint of a page to that of the menu entry that it stands under, where that is not the subject's first."""
    events: tuple[Event, ...] = ()
    offers: tuple[str, ...] = ()
    on: Mapping[str, Subscriber] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    documents: tuple[str, ...] = ()
    chips: Callable[[Actor], list[Chip]] | None = None
    hourly: Callable[[UnitOfWork], None] | None = None
    """What the subject does by itself each hour, as the system, in a unit of work of its own."""
    tiles: Callable[[Actor], dict[str, str]] | None = None
    """For the home page: endpoint of a menu entry to what waits there now, in words."""
    todo: Callable[[Actor], list[Todo]] | None = None
    steps: Steps | None = None
    """For the board: at which step each patient of a day waits for this subject."""
    bind: Callable[[Any], None] | None = None
    stop: Callable[[], None] | None = None
