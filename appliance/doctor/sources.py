"""What the checks ask of other rooms of the appliance."""

from appliance.backup import places
from appliance.backup.file_format import Found, check_seal
from appliance.doctor.finding import Place
from appliance.lan import settings
from clinic_app.kernel import keys, opening, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused


def verified_backups(place: Place) -> list[int]:
    """When this clinic's verified backups in the data folder were made, ms UTC, the newest first; none from after now.

    The server has read those it did not make; where none runs, the newest is read until one is as it was written.
    """
    now = clock.read().at
    if ports.bound.backups is not None:
        return [one.made_at for one in ports.bound.backups.files() if one.made_at <= now]
    found = [one for one in places.local_backups(place.config.data) if one.header.made_at <= now]
    try:
        key_set = opening.kept_keys(place.config.data)
    except Refused:  # the check of the key files says so
        return [one.header.made_at for one in found]
    own = [one for one in found if one.header.key_mark == key_set.mark]
    while own and not _is_sound(own[0], key_set):
        del own[0]
    return [one.header.made_at for one in own]


def _is_sound(one: Found, key_set: keys.KeySet) -> bool:
    try:
        check_seal(one, keys.seal_key(key_set.audit_key))
    except Refused:
        return False
    return True


def log_bytes(place: Place) -> int:
    """How long the database's log is, also while the database is not open."""
    log = place.config.data / f"{opening.DATABASE}-wal"
    return log.stat().st_size if log.exists() else 0


def certificate_ends(place: Place) -> int | None:
    """When the certificate for the LAN ends, ms UTC; None while the clinic is not on the LAN."""
    folder = place.config.data / "lan"
    if not settings.load(folder).is_on:
        return None
    from appliance.lan import authority  # the libraries of TLS only where they are used

    server = authority.load_server(folder)
    return server.until_ms if server else 0
