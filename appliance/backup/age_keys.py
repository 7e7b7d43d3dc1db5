"""Keys as age writes them: 32 bytes of X25519 in Bech32 (BIP 173; the age format, section "The X25519 recipient type").

`age` itself opens a backup's stream with the same identity, should this program ever be gone.
"""

import pyrage

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def recipient(public_key: bytes) -> pyrage.x25519.Recipient:
    """To whom a backup is encrypted, from the raw public key that this PC keeps."""
    return pyrage.x25519.Recipient.from_str(bech32("age", public_key))


def identity(private_key: bytes) -> pyrage.x25519.Identity:
    """What opens it, from the raw private key that the sheet gives."""
    return pyrage.x25519.Identity.from_str(bech32("age-secret-key-", private_key).upper())


def bech32(prefix: str, data: bytes) -> str:
    """`data` under a prefix in small letters, with the checksum of BIP 173."""
    number, bits = int.from_bytes(data), len(data) * 8
    padding = -bits % 5
    number <<= padding
    groups = [number >> at & 31 for at in range(bits + padding - 5, -1, -5)]
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    rest = _remainder([*spread, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_LETTERS[group] for group in groups)


def _remainder(groups: list[int]) -> int:
    rest = 1
    for group in groups:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ group
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                rest ^= term
    return rest
