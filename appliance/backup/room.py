"""Making room for a backup (腾地方): old ones go before the new one is proved, so one that is proved itself stays."""

from collections.abc import Sequence

from appliance.backup import keeping, places
from appliance.backup.file_format import Found, check_seal
from clinic_app.kernel import keys
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused


def make_room(found: Sequence[Found], key_set: keys.KeySet, missing: int) -> bool:
    """Remove old backups until so many bytes more are free; False, and nothing removed, where that cannot be.

    The newest whose every byte is as it was written stays; a damaged one above it is worth nothing.
    """
    now = clock.read().at
    kept = places.as_kept(found, key_set.mark)
    if not keeping.to_make_room(kept, missing, now=now):
        return False
    stays = _newest_sound(found, key_set, now)
    going = keeping.to_make_room(kept, missing, now=now, stays=stays) if stays else []
    places.remove(going)
    return bool(going)


def _newest_sound(found: Sequence[Found], key_set: keys.KeySet, now: int) -> str:
    own = [one for one in found if one.header.key_mark == key_set.mark]
    for one in sorted(own, key=lambda one: (one.header.made_at <= now, one.header.made_at), reverse=True):
        try:
            check_seal(one, keys.seal_key(key_set.audit_key))
        except Refused:
            continue
        return str(one.path)
    return ""
