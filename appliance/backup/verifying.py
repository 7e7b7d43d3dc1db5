"""Looking a backup over (核对备份): with keys every byte, without them what can be seen from outside.

The length of an age stream follows from the length of what is in it, which the facts name: a file that was cut or grew
is found without a key. A changed bit inside the stream is not; that takes the seal, and so the clinic's keys or sheet.
"""

import re

from appliance.backup.file_format import CHUNK, SEAL_BYTES, Found, Told, check_seal
from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused

AGE_CHUNK, AGE_TAG, AGE_NONCE = 1 << 16, 16, 16
LONGEST_AGE_HEADER = 1 << 14
_AGE_HEADER = re.compile(rb"age-encryption\.org/v1\n(?:-> [!-~ ]+\n(?:[A-Za-z0-9+/]+\n)*)+--- [A-Za-z0-9+/]{43}\n")


def check_whole(found: Found, key_set: keys.KeySet, told: Told) -> None:
    """Every byte, under the keys of the clinic. Refused `backup.other_clinic`, `backup.damaged`."""
    if found.header.key_mark != key_set.mark:
        raise Refused(
            "backup.other_clinic", clinic=found.header.name, mark=found.header.key_mark, found=key_set.mark
        )  # fmt: skip
    check_seal(found, keys.seal_key(key_set.audit_key), told)


def check_outside(found: Found, told: Told) -> None:
    """Facts, shape and length, and that the disk gives every byte. Refused `backup.damaged`, `backup.unreadable`."""
    try:
        with found.path.open("rb") as file:
            file.seek(found.stream_at)
            head = _AGE_HEADER.match(file.read(LONGEST_AGE_HEADER))
            file.seek(0)
            done = 0
            while data := file.read(CHUNK):
                done += len(data)
                told(done)
    except OSError as err:
        raise Refused("backup.unreadable", file=found.path.name, reason=err.strerror or "") from err
    chunks = max(1, -(-found.header.bytes // AGE_CHUNK))
    inside = AGE_NONCE + found.header.bytes + chunks * AGE_TAG
    if head is None or done != found.stream_at + head.end() + inside + SEAL_BYTES:
        raise Refused("backup.damaged", file=found.path.name)
