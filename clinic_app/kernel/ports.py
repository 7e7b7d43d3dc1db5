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

    def of_lan_browser(self, token: str) -> bytes | None:
        """The desk of a browser on the LAN that was paired by a code."""

    def pair(self, token: str, desk_id: bytes) -> None:
        """Make this browser that desk; a command of its own."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One self-check (自检项): `state` ok, notice, warning or fault; the words in the reader's language.

    `next_url` and `next_text` are the page where it is put right, for who has `next_right`; empty where its runbook is
    the next step.
    """

    id: str
    title: str
    state: str
    text: str
    next_url: str
    next_text: str
    next_right: str = ""


class SelfCheck(Protocol):
    """What is known of this PC and its clinic; bound by the appliance."""

    def results(self, *, only_security: bool = False) -> Sequence[CheckResult]:
        """Look now. The security part looks closely and takes seconds."""

    def runbook(self, check_id: str) -> Sequence[tuple[str, str]]:
        """(title | heading | step | text, words) of what to do about a check. KeyError for an unknown one."""

    def bundle(self) -> bytes:
        """A ZIP file for whoever helps from afar, without patient data by construction."""


@dataclass(frozen=True, slots=True)
class BackupProgress:
    """The backup under way: what it does now, `share` in percent of that or 0 where it is not known."""

    step: str
    share: int


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One verified backup of the data folder; `size` in bytes, `made_at` in ms UTC."""

    name: str
    kind: str
    made_at: int
    size: int


@dataclass(frozen=True, slots=True)
class BackupVolume:
    """Another disk or stick that is there now; `free` in bytes, `target_id` its mark, "" where it has none."""

    root: str
    free: int
    target_id: str = ""


class Backups(Protocol):
    """Making backups while the server runs; bound by the appliance."""

    def make_now(self) -> None:
        """Begin one by hand, in the background; nothing more when one is under way."""

    def progress(self) -> BackupProgress | None:
        """The one under way, or None."""

    def files(self) -> Sequence[BackupFile]:
        """What lies in the data folder, the newest first."""

    def volumes(self) -> Sequence[BackupVolume]:
        """Disks that could be a target."""

    def mark_volume(self, root: str) -> str:
        """Make a volume findable wherever it is plugged in; its mark. Refused when it is not there or not writable."""

    def check_folder(self, path: str) -> None:
        """Refused when a folder cannot be a target."""

    def is_there(self, kind: str, place: str) -> bool:
        """Whether a target's disk is there now."""


@dataclass(frozen=True, slots=True)
class LanChoice:
    """What an administrator chose for the LAN (院内网); `is_plain`: HTTP without TLS is answered too."""

    is_on: bool
    is_plain: bool
    port: int
    names: tuple[str, ...]


LAN_LETS_IN = frozenset({"", "starting", "clock"})
"""Values of `LanState.trouble` under which other PCs come in, or will in a moment."""


@dataclass(frozen=True, slots=True)
class LanState:
    """How the LAN stands: the choice, where this PC is reached, what other PCs trust, what is wrong with it.

    `fingerprint` is SHA-256 and `thumbprint` SHA-1 of the authority, empty before the first time; `valid_until` (ms) is
    the end of the server's certificate. `trouble`: empty, or `starting`, `port`, `certificate`, `ended`, `authority`,
    `expired`, `clock` or `no_address`.
    """

    is_on: bool
    is_plain: bool
    port: int
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    fingerprint: str
    thumbprint: str
    valid_until: int
    trouble: str


class Lan(Protocol):
    """The clinic's LAN; bound by the program that serves the clinic, so there is none under a command."""

    def state(self) -> LanState:
        """How it stands now."""

    def trouble(self) -> str:
        """Its `trouble` alone, for every page of who can mend it."""

    def hosts(self) -> frozenset[str]:
        """The names and addresses that a request from the LAN may ask for; empty while it is off."""

    def authority(self) -> bytes:
        """The certificate file for other PCs; Refused before the LAN was ever on."""

    def prepare(self, choice: LanChoice) -> str:
        """The fingerprint that other PCs are to see; Refused for a choice that cannot work. Nothing is answered yet."""

    def needs_new_authority(self, names: tuple[str, ...]) -> bool:
        """Whether with these names the other PCs must install a new file."""

    def apply(self, choice: LanChoice) -> None:
        """Store the choice and answer so from now on."""


@dataclass
class Ports:
    desks: Desks | None = None
    lan: Lan | None = None
    cards: CardDesk | None = None
    printer: Printer | None = None
    accounts: Accounts | None = None
    selfcheck: SelfCheck | None = None
    backups: Backups | None = None
    county: Callable[[], None] | None = None
    reading_watch: "Callable[[UnitOfWork], None] | None" = None
    """Called in the transaction that writes a row of the reading log, by the reader."""
    chart_guard: Callable[[Actor, bytes], None] | None = None
    """Refuses a restricted record (patient id) to whoever has not said why; bound by `patients`."""


bound = Ports()
