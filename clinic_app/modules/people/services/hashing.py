"""Passwords, PINs and codes as argon2id hashes (口令散列), at most two at a time."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from clinic_app.modules.people import rules

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # 19 MiB; OWASP password storage, argon2id
_two_at_most = threading.BoundedSemaphore(2)  # two cores: a rush of sign-ins must not starve the rest, nor take memory
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$EL2h6EzuIQBvzBUZbPFxF+Q0Y8+SAVhJHvRWRjBo3hA"


def hashed(secret: str) -> str:
    """The stored form of a password, PIN or code; 20 to 40 ms on a clinic PC."""
    with _two_at_most:
        return _hasher.hash(rules.typed_secret(secret).encode("utf-8", "surrogatepass"))


def matches(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the secret; without a stored hash the answer is no and takes as long."""
    text = rules.typed_secret(typed[: rules.LONGEST_PASSWORD * 2]).encode("utf-8", "surrogatepass")
    with _two_at_most:
        try:
            return _hasher.verify(stored or _NOBODY, text) and stored is not None
        except (VerificationError, InvalidHashError):
            return False
