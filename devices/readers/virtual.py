"""A card reader without hardware (虚拟读卡器): the card on the pad is a file in a folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from devices.atomic_file import sync_folder, write_atomically
from devices.contract import CardData

CARD_FILE = "card.json"
POLL_SECONDS = 0.1  # real readers are asked every 0.3 to 0.5 s; a test should not wait that long
KINDS = ("id_card", "health_card")


class VirtualReader:
    """One pad; whoever holds the same folder sees the same card."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def place(self, card: CardData) -> None:
        """Lay a card on the pad in place of any other; ValueError for a card without a known kind, number or name."""
        body = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(card).items()}
        _card(body)
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = json.dumps({"card": body, "sha256": _digest(body)}, ensure_ascii=False)
        write_atomically(self.folder / CARD_FILE, whole.encode("utf-8"))

    def remove(self) -> None:
        """Take the card away; an empty pad stays empty."""
        (self.folder / CARD_FILE).unlink(missing_ok=True)
        if self.folder.is_dir():
            sync_folder(self.folder)

    def read(self, timeout: float) -> CardData | None:
        """The card that lies on the pad within `timeout` seconds, or None.

        The file is read afresh each time and believed only with its checksum: no card is remembered, and a half-written
        one is no card.
        """
        deadline = monotonic() + timeout
        while True:
            card = self._on_pad()
            left = deadline - monotonic()
            if card is not None or left <= 0:
                return card
            sleep(min(POLL_SECONDS, left))

    def _on_pad(self) -> CardData | None:
        try:
            whole = json.loads((self.folder / CARD_FILE).read_bytes())
            return _card(whole["card"]) if whole["sha256"] == _digest(whole["card"]) else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("ascii")).hexdigest()


def _card(body: dict[str, Any]) -> CardData:
    """A card from its JSON form; ValueError, TypeError or KeyError when it is not one."""
    texts = {key: body[key] for key in ("number", "name", "sex", "address")}
    if body["kind"] not in KINDS or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("not a card")
    if not texts["number"] or not texts["name"]:
        raise ValueError("a card has a number and a name")
    return CardData(kind=body["kind"], born_on=_day(body["born_on"]), valid_to=_day(body["valid_to"]), **texts)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
