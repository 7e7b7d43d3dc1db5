"""Who watches over the LAN: certificates, names, the relay; bound as `ports.bound.lan` while the clinic is served."""

import contextlib
import logging
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appliance.lan import settings
from appliance.lan.addresses import own_addresses
from appliance.lan.announce import mdns_label
from appliance.lan.files import AUTHORITY, SERVER, store
from appliance.lan.help_text import page
from appliance.lan.port import listening_socket
from appliance.lan.process import RelayProcess
from appliance.lan.settings import LanSettings
from appliance.lan.upstream import Application
from appliance.lan.web_server import WebServer
from clinic_app.kernel import installation
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import LanChoice, LanState

if TYPE_CHECKING:
    from appliance.lan.authority import Authority, ServerCertificate

LOOK_SECONDS = 30.0
READY_SECONDS = 10.0
log = logging.getLogger("clinic.lan")


class ClinicLan:
    """`ports.Lan`. Off, it holds no port, no thread but one that sleeps, and none of the libraries of TLS."""

    def __init__(self, data: Path, web: WebServer, application: Application | None = None):
        """`application` is the clinic's own: nothing else is ever answered on the LAN."""
        self._data, self._folder, self._web, self._application = data, data / "lan", web, application
        self._lock = threading.RLock()
        self._word = secrets.token_hex(16)
        self._chosen = settings.load(self._folder)
        self._authority: Authority | None = None
        self._prepared: Authority | None = None
        self._is_damaged = False
        self._server: ServerCertificate | None = None
        self._relay: RelayProcess | None = None
        self._has_begun = False
        self._told: dict[str, Any] = {}
        self._addresses: tuple[str, ...] = ()
        self._hosts: frozenset[str] = frozenset()
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, name="lan", daemon=True)
        self._load()

    def _load(self) -> None:
        if not (self._folder / AUTHORITY).exists():
            return
        from appliance.lan import authority

        try:
            self._authority = authority.load(self._folder)
        except authority.Damaged:
            self._is_damaged = True
            log.error("the LAN certificate authority cannot be read; switching the LAN on again makes a new one")

    # what the product asks

    def state(self) -> LanState:
        with self._lock:
            made = self._authority
            return LanState(
                is_on=self._chosen.is_on,
                is_plain=self._chosen.is_plain,
                port=self._chosen.port,
                names=self._chosen.names,
                addresses=self._addresses if self._chosen.is_on else own_addresses(),
                fingerprint=made.fingerprint if made else "",
                thumbprint=made.thumbprint if made else "",
                valid_until=self._server.until_ms if self._server else 0,
                trouble=self.trouble(),
            )

    def trouble(self) -> str:
        """What keeps other PCs from coming in; see `LanState`."""
        if not self._chosen.is_on:
            return ""
        if self._authority is None:
            return "authority"
        if self._relay is None or self._relay.trouble:
            return self._relay.trouble if self._relay else "ended" if self._has_begun else "starting"
        if self._server is not None and not self._server.from_ms <= clock.read().at <= self._server.until_ms:
            return "expired"
        if clock.in_doubt:
            return "clock"
        return "" if self._addresses else "no_address"

    def hosts(self) -> frozenset[str]:
        return self._hosts

    def authority(self) -> bytes:
        """The certificate file for other PCs."""
        if self._authority is None:
            raise Refused("desks.lan_never_on")
        return self._authority.der

    def prepare(self, choice: LanChoice) -> str:
        """The authority's fingerprint as it will be; refuses what cannot work, changes nothing that is in use."""
        with self._lock:
            running = self._chosen.port if self._chosen.is_on and self._relay and not self._relay.trouble else None
            if choice.is_on and choice.port != running:
                self._refuse_taken_port(choice.port)
            if not choice.is_on:
                return self._authority.fingerprint if self._authority else ""
            return self._made_for(choice.names).fingerprint

    def needs_new_authority(self, names: tuple[str, ...]) -> bool:
        """Whether these names are beyond what the other PCs trust now."""
        return self._authority is not None and not self._authority.covers(names, ())

    def apply(self, choice: LanChoice) -> None:
        """Store it and answer so from now on."""
        with self._lock:
            chosen = LanSettings(choice.is_on, choice.is_plain, choice.port, choice.names)
            made = self._made_for(choice.names) if choice.is_on else self._authority
            try:
                settings.save(self._folder, chosen)
                if made is not None and made is not self._authority:
                    self._store(made)
            except OSError as err:
                with contextlib.suppress(OSError):
                    settings.save(self._folder, self._chosen)
                raise Refused("desks.lan_not_stored", reason=err.strerror or str(err)) from err
            self._chosen, self._authority, self._prepared = chosen, made, None
            self._close()
            if choice.is_on:
                self._try_open()
        if self._relay is not None:
            self._relay.wait(READY_SECONDS)

    # for the server

    def start(self) -> None:
        """Open the LAN where it was on, once the web server serves: this PC itself never waits for it."""
        self._watch.start()

    def stop(self) -> None:
        """Let nobody new in; those being answered are, while the web server finishes."""
        self._ending.set()
        with self._lock:
            if self._relay is not None:
                self._relay.stop()

    def wait_ended(self) -> None:
        if self._relay is not None:
            self._relay.wait_ended()

    def _refuse_taken_port(self, port: int) -> None:
        try:
            listening_socket(port).close()
        except OSError as err:
            raise Refused("desks.lan_port_taken", field="port", port=port) from err

    def _made_for(self, names: tuple[str, ...]) -> "Authority":
        """An authority that may vouch for these names: the stored one, or a new one that nothing uses yet."""
        for known in (self._authority, self._prepared):
            if known is not None and known.covers(names, ()):
                return known
        from appliance.lan import authority

        clinic = installation.current()
        self._prepared = authority.make(
            clinic.clinic_name, clinic.clinic_code, names, own_addresses(), clock.read().at
        )  # fmt: skip
        return self._prepared

    def _store(self, made: "Authority") -> None:
        from appliance.lan import authority

        store(self._folder, AUTHORITY, authority.pem_of(made))
        self._is_damaged = False

    def _try_open(self) -> None:
        """The clinic goes on without it, `trouble` says so, and `look` tries again."""
        try:
            self._open()
        except Exception:
            log.exception("the LAN cannot be opened")

    def _open(self) -> None:
        self._renew()
        if self._authority is None:
            return
        ports = self._web.open(self._word, is_plain=self._chosen.is_plain, only=self._application)
        self._told = {
            "port": self._chosen.port,
            "certificate": str(self._folder.absolute() / SERVER),
            "upstream": ports.tls,
            "plain_upstream": ports.plain,
            "word": self._word,
            "authority": self._authority.der.hex(),
            "names": [label for label in map(mdns_label, self._chosen.names) if label],
            "addresses": list(self._addresses),
            "page": self._page(),
        }
        relay = RelayProcess(self._data, lambda: self._told)
        relay.start()
        self._relay = relay
        log.info("the LAN is on: port %d, names %s", self._chosen.port, ", ".join(self._chosen.names))

    def _close(self) -> None:
        self._hosts = frozenset()
        if self._relay is not None:
            self._relay.stop()
            try:
                self._web.close()
            except OSError:  # the next opening closes it
                log.exception("the LAN's way to the web server stays open")
            self._relay.wait_ended()
            self._relay = None
            log.info("the LAN is off")

    def _page(self) -> str:
        hosts = (*self._chosen.names, *self._addresses)
        addresses = [f"https://{host}:{self._chosen.port}/" for host in hosts]
        return page(installation.current().clinic_name, addresses, today().isoformat())

    def _renew(self) -> bool:
        """Make a new server certificate where one is due; True when it did. Judged by the clock that is believed."""
        made, now = self._authority, clock.read().at
        if made is None:
            return False
        from appliance.lan import authority

        self._addresses = tuple(one for one in own_addresses() if made.covers((), (one,)))
        names = tuple(one for one in self._chosen.names if made.covers((one,), ()))  # one of another spoils them all
        self._hosts = frozenset((*names, *self._addresses))
        self._server = authority.load_server(self._folder)
        if self._server and not self._server.is_due(made, names, self._addresses, now):
            return False
        store(self._folder, SERVER, made.issue(names, self._addresses, now))
        self._server = authority.load_server(self._folder)
        log.info("a new LAN certificate for %s", ", ".join((*names, *self._addresses)))
        return True

    def _keep_watch(self) -> None:
        """New addresses, a new day, a certificate near its end: no person has to think of them."""
        self._web.wait_until_serving()
        with self._lock:
            if self._chosen.is_on and self._relay is None and not self._ending.is_set():
                self._try_open()
            self._has_begun = True
        while not self._ending.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:
                log.exception("the LAN could not be looked after")

    def look(self) -> None:
        """One round of the watch."""
        with self._lock:
            if not self._chosen.is_on or self._ending.is_set():
                return
            if self._relay is None:
                self._try_open()
                return
            changed: dict[str, Any] = {}
            if self._renew():
                changed["renew"] = True
            for name, value in (("page", self._page()), ("addresses", list(self._addresses))):
                if self._told[name] != value:
                    changed[name] = self._told[name] = value
            if changed:
                self._relay.tell(**changed)
