"""A LAN for the page's tests that keeps a choice in memory, and a browser that comes through the relay's mark."""

from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import LanChoice, LanState

ADDRESS, NAME, PORT = "192.168.1.10", "xiangyi.local", 8643
HOST = f"{NAME}:{PORT}"
FINGERPRINT = ":".join(["AB"] * 32)


class KeptLan:
    """`ports.Lan` without a network."""

    def __init__(self) -> None:
        self.choice = LanChoice(False, False, PORT, ())
        self.wrong = ""
        self.applied = 0
        self.fingerprint = FINGERPRINT

    def state(self) -> LanState:
        one = self.choice
        return LanState(
            one.is_on, one.is_plain, one.port, one.names, (ADDRESS,), self.fingerprint, "CD:" * 19 + "CD",
            1_800_000_000_000, self.wrong,
        )  # fmt: skip

    def trouble(self) -> str:
        return self.wrong

    def hosts(self) -> frozenset[str]:
        return frozenset((*self.choice.names, ADDRESS)) if self.choice.is_on else frozenset()

    def authority(self) -> bytes:
        return b"der"

    def prepare(self, choice: LanChoice) -> str:
        if choice.port == 1:
            raise Refused("desks.lan_port_taken", field="port", port=1)
        return FINGERPRINT

    def needs_new_authority(self, names: tuple[str, ...]) -> bool:
        return "his.example.com" in names

    def apply(self, choice: LanChoice) -> None:
        self.choice = choice
        self.applied += 1


class Village:
    """A browser on the LAN, over TLS unless `plain`."""

    def __init__(self, app: Any, address: str = "192.168.1.77", host: str = HOST, *, plain: bool = False):
        self.client = app.test_client()
        self.base = {"clinic.lan": True, "REMOTE_ADDR": address}
        self.told = {"base_url": f"{'http' if plain else 'https'}://{host}", "environ_base": self.base}
        self.prefix = "" if plain else "__Host-"
        self.host = host.partition(":")[0]

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers, **self.told)

    def post(self, path: str, data: dict[str, str], **headers: str) -> Any:
        return self.client.post(path, data=data, headers=headers, **self.told)

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(self.prefix + name, domain=self.host)
        return found.value if found else ""

    def keep(self, name: str, value: str) -> None:
        self.client.set_cookie(self.prefix + name, value, domain=self.host, secure=bool(self.prefix))
