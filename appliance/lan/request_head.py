"""Where one request ends and the next begins: all that the relay reads of HTTP, so that it can time each head."""

import re
from dataclasses import dataclass

END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
UNTIL_CLOSED = -1
DESK_HEADER = "X-Clinic-Desk"
"""On an answer to a paired browser; the relay reads it, no browser's request can bring it about."""


@dataclass(slots=True)
class Head:
    """A request's head as it comes in; `take` returns how much of the new bytes belongs to it once it is whole."""

    text: bytearray

    def take(self, data: bytes) -> int | None:
        """None while the end is not there yet; the bytes are kept."""
        before = len(self.text)
        self.text += data
        found = self.text.find(END, max(0, before - len(END)))
        return None if found < 0 else found + len(END) - before

    def body_bytes(self) -> int:
        """How long the body is that follows; UNTIL_CLOSED where it does not say it in one plain way.

        The web server judges such a request; the relay then treats all that follows as one body, on its clock.
        """
        end = self.text.find(END) + 2
        lengths = LENGTH.findall(self.text, 0, end)
        if CODED.search(self.text, 0, end) or len(lengths) > 1:
            return UNTIL_CLOSED
        return int(lengths[0]) if lengths else 0
