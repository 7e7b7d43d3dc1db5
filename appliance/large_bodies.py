"""Requests with a body that is too large (超大的内容): read to the end and forgotten, so that who sends one hears why.

The web server alone would answer from the head and close: a browser that is still sending then shows "connection
reset" in the place of the sentence.
"""

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import RequestEntityTooLarge

FORGOTTEN_MOST = 32 << 20
"""Bytes; who announces more is cut off."""


class Forgotten(FixedStreamReceiver):  # type: ignore[misc]  # waitress ships no types
    """A body of known length of which nothing is kept."""

    def __init__(self, length: int):
        super().__init__(length, OverflowableBuffer(1))

    def received(self, data: bytes) -> int:
        taken = min(self.remain, len(data))
        self.remain -= taken
        self.completed = self.remain == 0
        return taken


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Hands a request that is too large to the application without its body, and with its length, which says it all.

    Not where the sender tells no length, or one without measure: it is refused at once.
    """

    def received(self, data: bytes) -> int:
        if isinstance(self.body_rcv, Forgotten):
            taken = self.body_rcv.received(data)
            self.completed = self.body_rcv.completed
            return taken
        taken = int(super().received(data))
        tells_length = 0 < self.content_length <= FORGOTTEN_MOST and "TRANSFER_ENCODING" not in self.headers
        if isinstance(self.error, RequestEntityTooLarge) and tells_length:
            self.error, self.completed, self.body_rcv = None, False, Forgotten(self.content_length)
        elif self.error:
            self.expect_continue = False  # who asks whether to go on is told no, not "continue"
        return taken


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that is read so."""

    parser_class = Parser
