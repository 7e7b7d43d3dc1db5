"""The clinic's own certificate authority (院内证书机构) and the server's certificate that it signs.

The authority can vouch for the names chosen for this clinic and for private addresses only: other PCs trust it, and a
stolen key of it must not be able to play a bank. Times are those that the clinic's clock believes, never the PC's.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.lan.files import AUTHORITY, SERVER

LIFE_DAYS = 397  # the longest that browsers take
RENEW_DAYS = 60  # before the end: a PC that is off for a month comes back with a good one
BEFORE_DAYS = 2  # other PCs' clocks are behind by hours
AUTHORITY_YEARS = 20
AUTHORITY_FROM = datetime(2025, 1, 1, tzinfo=UTC)  # not "now": a clock ahead on that day would spoil it for years
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7")
PRIVATE_SUFFIXES = ("local", "lan", "internal", "home.arpa")
MOST_NAME = 64  # bytes, of X.509
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Damaged(Exception):
    """A file of the authority cannot be read."""


@dataclass(frozen=True)
class Authority:
    """The certificate that other PCs install, with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The file for other PCs."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256, as browsers show it."""
        return _hex(self.certificate, SHA256())

    @property
    def thumbprint(self) -> str:
        """SHA-1, as the certificate window of Windows shows it; for comparing by eye only."""
        return _hex(self.certificate, SHA1())

    def covers(self, names: Iterable[str], addresses: Iterable[str]) -> bool:
        """Whether it may vouch for all of these."""
        limits = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        permitted = limits.permitted_subtrees or []
        suffixes = [one.value for one in permitted if isinstance(one, x509.DNSName)]
        networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
        return all(any(f".{name}".endswith(f".{suffix}") for suffix in suffixes) for name in names) and all(
            any(ipaddress.ip_address(address) in network for network in networks) for address in addresses
        )

    def issue(self, names: Sequence[str], addresses: Sequence[str], now_ms: int) -> bytes:
        """A new key and certificate of the server, PEM; addresses that it may not vouch for are left out."""
        key, now = ec.generate_private_key(ec.SECP256R1()), _moment(now_ms)
        said: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        said += [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses if self.covers((), (one,))]
        until = min(now + timedelta(days=LIFE_DAYS - BEFORE_DAYS), self.certificate.not_valid_after_utc)
        made = (
            _begun("Xiangyi clinic server", key, now - timedelta(days=BEFORE_DAYS), until)
            .issuer_name(self.certificate.subject)
            .add_extension(x509.SubjectAlternativeName(said), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, SHA256())
        )
        return _pem(key, made)


@dataclass(frozen=True)
class ServerCertificate:
    """What the certificate in use says of itself."""

    names: frozenset[str]
    addresses: frozenset[str]
    issuer: x509.Name
    signed_by: bytes
    from_ms: int
    until_ms: int

    def is_due(self, authority: Authority, names: Sequence[str], addresses: Sequence[str], now_ms: int) -> bool:
        """Whether a new one must be made: other names, addresses or authority, near its end, or not yet valid."""
        known = {one for one in addresses if authority.covers((), (one,))}
        ends_soon = now_ms > self.until_ms - RENEW_DAYS * 86_400_000
        can_be_longer = self.until_ms < _ms(authority.certificate.not_valid_after_utc)
        return (
            self.names != set(names)
            or not known <= self.addresses
            or self.signed_by != _key_id(authority.certificate)
            or now_ms < self.from_ms
            or (ends_soon and can_be_longer)
        )


def make(clinic: str, code: str, names: Sequence[str], addresses: Sequence[str], now_ms: int) -> Authority:
    """A new authority for this clinic; nothing is stored."""
    key, now = ec.generate_private_key(ec.SECP256R1()), _moment(now_ms)
    begins = min(AUTHORITY_FROM, now - timedelta(days=BEFORE_DAYS))
    until = max(AUTHORITY_FROM, now) + timedelta(days=round(AUTHORITY_YEARS * 365.25))
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in dict.fromkeys((*names, *PRIVATE_SUFFIXES))]
    permitted += [x509.IPAddress(ipaddress.ip_network(one)) for one in PRIVATE_NETWORKS]
    permitted += [x509.IPAddress(ipaddress.ip_network(one)) for one in addresses if not _is_private(one)]
    made = (
        _begun(f"{code} {clinic}", key, begins, until, clinic)
        .issuer_name(_name(f"{code} {clinic}", clinic))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, SHA256())
    )
    return Authority(key, made)


def pem_of(authority: Authority) -> bytes:
    return _pem(authority.key, authority.certificate)


def load(folder: Path) -> Authority | None:
    """The stored authority, or None where none was made; raises Damaged."""
    pem = _read(folder / AUTHORITY)
    if pem is None:
        return None
    try:
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as err:
        raise Damaged(AUTHORITY) from err
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise Damaged(AUTHORITY)
    return Authority(key, certificate)


def load_server(folder: Path) -> ServerCertificate | None:
    """What the stored certificate of the server says; None for one that is missing or damaged: it is made anew."""
    try:
        pem = _read(folder / SERVER)
        if pem is None:
            return None
        found = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, None)
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        signer = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier or b""
    except (ValueError, Damaged, x509.ExtensionNotFound):
        return None
    if key.public_key() != found.public_key():
        return None
    return ServerCertificate(
        frozenset(said.get_values_for_type(x509.DNSName)),
        frozenset(str(one) for one in said.get_values_for_type(x509.IPAddress)),
        found.issuer, signer, _ms(found.not_valid_before_utc), _ms(found.not_valid_after_utc),
    )  # fmt: skip


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise Damaged(path.name) from err


def _begun(
    name: str, key: ec.EllipticCurvePrivateKey, begins: datetime, until: datetime, clinic: str = ""
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name, clinic))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str, clinic: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, _clipped(clinic))] if clinic else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, _clipped(name))])


def _clipped(text: str) -> str:
    return text.encode()[:MOST_NAME].decode("utf-8", "ignore")


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _hex(certificate: x509.Certificate, how: HashAlgorithm) -> str:
    return certificate.fingerprint(how).hex(":").upper()


def _key_id(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def _is_private(address: str) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(one) for one in PRIVATE_NETWORKS)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
