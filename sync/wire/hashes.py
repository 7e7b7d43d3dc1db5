"""Hash chains over canonical rows: `chain` for the outbox, `seal` for the audit trail (审计链).

Both take the previous 32-byte value and the canonical bytes of the row. The fixed width of `prev` is what keeps
`prev + row` unambiguous, so it is checked.
"""

import hashlib
import hmac

WIDTH = 32
GENESIS = bytes(WIDTH)


def chain(prev: bytes, row: bytes) -> bytes:
    """SHA-256 over the previous hash and this row; `GENESIS` stands before the first row."""
    return hashlib.sha256(_previous(prev) + row).digest()


def seal(key: bytes, prev: bytes, row: bytes) -> bytes:
    """HMAC-SHA256 over the previous seal and this row, by a key of at least 32 bytes that is not in the database."""
    if len(key) < WIDTH:
        raise ValueError(f"a sealing key needs at least {WIDTH} bytes")
    return hmac.digest(key, _previous(prev) + row, "sha256")


def _previous(prev: bytes) -> bytes:
    if len(prev) != WIDTH:
        raise ValueError(f"the previous hash must have {WIDTH} bytes, not {len(prev)}")
    return prev
