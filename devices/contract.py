"""What every driver promises to whoever holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

SendState = Literal["printed", "not_started", "unknown", "refused"]
CardKind = Literal["id_card", "health_card"]

MAX_JOB_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SendResult:
    """How one job ended; `reason` is a short code for the log and the screen, empty when printed.

    `printed`: the device took every byte. `not_started`: no byte left the PC, so sending again is safe.
    `unknown`: bytes left and the end was not confirmed, so only a person may decide to send again.
    `refused`: this job can never be sent as it is.
    """

    state: SendState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CardData:
    """What a card says about its holder (身份证, 居民健康卡); a field the card does not carry is empty or None.

    `valid_to` None means long-term (长期) or not stated on the card.
    """

    kind: CardKind
    number: str
    name: str
    sex: str = ""
    born_on: date | None = None
    address: str = ""
    valid_to: date | None = None


class Printer(Protocol):
    def send(self, data: bytes, job: str) -> SendResult:
        """Hand the bytes of one job to the device; never raises for a fault of the device."""
        ...


class CardReader(Protocol):
    def read(self, timeout: float) -> CardData | None:
        """The card that lies on the reader within `timeout` seconds, or None."""
        ...
