"""Keys of releases (发布公钥): Ed25519. The public ones come with the program, the private one lies offline."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from clinic_app.kernel.errors import Refused

FOLDER = Path(__file__).parent / "release_keys"
SUFFIX = ".pub"
DOMAIN = b"xiangyi package 1\n"  # a signature made for anything else is none for a package


def trusted(folder: Path = FOLDER) -> tuple[Ed25519PublicKey, ...]:
    """The keys that this program trusts; a file that holds none is as good as missing."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(key, Ed25519PublicKey):
            found.append(key)
    return tuple(found)


def sign(key: Ed25519PrivateKey, manifest: bytes) -> bytes:
    return key.sign(DOMAIN + manifest)


def check(keys: Sequence[Ed25519PublicKey], manifest: bytes, signature: bytes) -> None:
    """Refused `package.no_key` without any key, `package.signature` when none of them made it."""
    if not keys:
        raise Refused("package.no_key")
    for key in keys:
        try:
            key.verify(signature, DOMAIN + manifest)
        except InvalidSignature:
            continue
        return
    raise Refused("package.signature")
