"""Whether a request came from this PC or from the LAN (院内网); the relay's listener marks it, no header can."""

from flask import request

from clinic_app.kernel import ports

FROM_LAN = "clinic.lan"
OF_A_DESK = "clinic.desk"


def is_from_lan() -> bool:
    """Also for this PC's own browser where it asks by the LAN address: only loopback is this PC."""
    return FROM_LAN in request.environ


def note_desk() -> None:
    """This request came from a paired browser: its connection is told apart from a stranger's where places are few."""
    request.environ[OF_A_DESK] = True


def lan_hosts() -> frozenset[str]:
    """The names and addresses of this clinic on the LAN; nothing else is answered there (DNS rebinding)."""
    return ports.bound.lan.hosts() if ports.bound.lan is not None else frozenset()
