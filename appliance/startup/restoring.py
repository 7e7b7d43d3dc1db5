"""Backups on the recovery page (备份): which can be seen, and one of them put in the place of the clinic."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.backup import places
from appliance.upgrade.undisturbed import without_backups
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import keys, opening
from clinic_app.kernel.errors import Refused

if TYPE_CHECKING:
    from appliance.backup.file_format import Found
    from appliance.backup.restoring import Restored

MOST = 12
log = logging.getLogger("clinic.recovery")


@dataclass(frozen=True, slots=True)
class Offer:
    """One verified backup: `id` names its file, `made_at` in ms UTC, `kind` hourly, daily, upgrade or now."""

    id: str
    made_at: int
    kind: str
    place: str


def offers(folder: Path) -> list[Offer]:
    """The backups of this clinic in its folder and on the sticks and disks that are there now, the newest first.

    A disk that cannot be read hides its own only.
    """
    mark = keys.read_label(folder / opening.LABEL)["key"]
    seen = _readable(lambda: places.local_backups(folder))
    for volume in places.volumes():
        seen += _readable(lambda root=volume.root: places.backups_in(root / places.ON_VOLUME))
    fitting = [one for one in seen if not mark or one.header.key_mark == mark]
    fitting.sort(key=lambda one: one.header.made_at, reverse=True)
    return [
        Offer(str(one.path), one.header.made_at, one.header.kind, str(one.path.parent)) for one in fitting[:MOST]
    ]  # fmt: skip


def _readable(look: "Callable[[], list[Found]]") -> "list[Found]":
    try:
        return look()
    except OSError:
        log.exception("the backups of a place cannot be read")
        return []


def restore(config: Config, offer_id: str, seed: bytes) -> "Restored":
    """Put that backup in place; the caller holds the folder's lock. Refused, and nothing changed, as `clinic restore`.

    `backup.under_way` while one is being made, `startup.no_backup_chosen` for a file that is not offered.
    """
    from appliance.backup import age_keys, restoring  # the cipher of the backups is needed here alone
    from appliance.backup.file_format import find

    if offer_id not in [one.id for one in offers(config.data)]:
        raise Refused("startup.no_backup_chosen")
    registry.wire(config)
    with without_backups(config.data):
        found = find(Path(offer_id))
        restoring.check_belongs(config.data, found)
        identity = age_keys.identity(keys.backup_identity(seed))
        return restoring.restore(config.data, found, restoring.key_set_of(seed, found), [identity], lambda *_: None)
