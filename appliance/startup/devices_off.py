"""What stands for the card reader in safe mode: a sentence, so that the number is typed."""

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import Card


class DevicesOff:
    """`ports.CardDesk` without a device."""

    def read(self, desk_id: bytes) -> Card | None:
        """Refuses always."""
        raise Refused("startup.devices_off")
