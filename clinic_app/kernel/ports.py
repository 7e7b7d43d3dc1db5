"""What the kernel needs from outside, as protocols; `registry.wire` binds them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from clinic_app.kernel.rights import Actor

if TYPE_CHECKING:
    from clinic_app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says of a person (读卡结果); numbers as printed on the card."""

    kind: str
    number: str
    name: str
    sex: str
    born_on: str
    address: str


class CardDesk(Protocol):
    """The card reader of a desk."""

    def read(self, desk_id: bytes) -> Card | None:
        """The card on the reader now, or None; raises Refused when the reader does not answer."""


class Printer(Protocol):
    """The printers of the desks."""

    def send(
        self, desk_id: bytes | None, document: str, lines: Sequence[Mapping[str, Any]], job_id: bytes
    ) -> tuple[str, str]:
        """Send one paper and say how it ended: a state of `kernel.jobs` and a reason."""


class Accounts(Protocol):
    """Who may sign in; bound by `people`."""

    def actor(self, person_id: bytes, desk_id: bytes | None, session_id: bytes) -> Actor | None:
        """The person as an actor with today's roles, or None when the account is closed."""


class Desks(Protocol):
    """The workstations, for the sign-in page; bound by `desks`."""

    def choices(self) -> list[tuple[bytes, str]]:
        """(desk id, name) of every desk a browser may be."""

    def of_browser(self, token: str) -> bytes | None:
        """The desk of a paired browser."""

    def pair(self, token: str, desk_id: bytes) -> None:
        """Make this browser that desk; a command of its own."""


@dataclass
class Ports:
    desks: Desks | None = None
    cards: CardDesk | None = None
    printer: Printer | None = None
    accounts: Accounts | None = None
    county: Callable[[], None] | None = None
    reading_watch: "Callable[[UnitOfWork], None] | None" = None
    """Called in the transaction that writes a row of the reading log, by the reader."""
    chart_guard: Callable[[Actor, bytes], None] | None = None
    """Refuses a restricted record (patient id) to whoever has not said why; bound by `patients`."""


bound = Ports()
