"""mDNS as a bonus: `xiangyi.local` is found without being typed into any list. Address and card always work."""

import contextlib
import logging
import socket
from collections.abc import Sequence
from typing import Any

SUFFIX = ".local"
KIND = "_https._tcp.local."
log = logging.getLogger("clinic.lan")


def mdns_label(name: str) -> str:
    """`xiangyi` of `xiangyi.local`; empty for a name that mDNS cannot announce: two labels are not found everywhere."""
    label = name.removesuffix(SUFFIX)
    return label if name.endswith(SUFFIX) and label and "." not in label else ""


class Announcement:
    """Tells the LAN the name of this PC while it stands; nothing where the library is missing or the LAN is not."""

    def __init__(self) -> None:
        self._said: Any = None

    async def say(self, labels: Sequence[str], addresses: Sequence[str], port: int) -> None:
        """Announce anew; takes back what was said before."""
        await self.end()
        if not labels or not addresses:
            return
        try:
            from zeroconf import IPVersion, ServiceInfo
            from zeroconf.asyncio import AsyncZeroconf
        except ImportError:
            return
        with contextlib.suppress(Exception):  # a bonus: whatever the network does, the relay goes on
            self._said = AsyncZeroconf(interfaces=list(addresses), ip_version=IPVersion.V4Only)
            packed = [socket.inet_aton(one) for one in addresses]
            for label in labels:
                info = ServiceInfo(KIND, f"{label}.{KIND}", port=port, addresses=packed, server=f"{label}{SUFFIX}.")
                await self._said.async_register_service(info)

    async def end(self) -> None:
        said, self._said = self._said, None
        if said is not None:
            with contextlib.suppress(Exception):
                await said.async_close()
