"""The clinic's authority: for whom it may vouch, when a certificate is made anew, what a damaged file does."""

import os
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appliance.lan import authority, files, settings
from appliance.lan.authority import BEFORE_DAYS, LIFE_DAYS, RENEW_DAYS, Authority
from appliance.lan.settings import LanSettings

DAY_MS = 86_400_000
DUE_DAYS = LIFE_DAYS - BEFORE_DAYS - RENEW_DAYS
NOW = int(datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp() * 1000)
NAMES, ADDRESSES = ("xiangyi.local",), ("192.168.1.10",)


@pytest.fixture(scope="module")
def made() -> Authority:
    return authority.make("青溪镇中心卫生院", "QX", NAMES, ADDRESSES, NOW)


def stored(made: Authority, folder: Path, at: int = NOW) -> authority.ServerCertificate:
    files.store(folder, files.SERVER, made.issue(NAMES, ADDRESSES, at))
    found = authority.load_server(folder)
    assert found is not None
    return found


def test_key_and_certificate_are_kept_together_for_the_owner_alone(made: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "lan"
    files.store(folder, files.AUTHORITY, authority.pem_of(made))
    found = authority.load(folder)
    assert found is not None and found.fingerprint == made.fingerprint and len(made.fingerprint) == 95
    assert b"PRIVATE" not in made.der
    if os.name == "posix":
        assert stat.S_IMODE((folder / files.AUTHORITY).stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_certificate_lives_397_days_and_never_longer_than_browsers_take(made: Authority, tmp_path: Path) -> None:
    found = stored(made, tmp_path)
    assert found.until_ms - found.from_ms == LIFE_DAYS * DAY_MS <= 398 * DAY_MS
    assert found.names == set(NAMES) and found.addresses == set(ADDRESSES)


@pytest.mark.parametrize(
    "days, is_due",
    [(0, False), (DUE_DAYS - 1, False), (DUE_DAYS + 1, True), (500, True), (-3, True)],
    ids=["new", "before", "near its end", "long expired", "clock 3 days back"],
)
def test_it_is_made_anew_near_its_end_and_where_it_is_not_yet_valid(
    made: Authority, tmp_path: Path, days: int, is_due: bool
) -> None:
    assert stored(made, tmp_path).is_due(made, NAMES, ADDRESSES, NOW + days * DAY_MS) is is_due


def test_other_names_addresses_or_another_authority_ask_for_a_new_one(made: Authority, tmp_path: Path) -> None:
    found = stored(made, tmp_path)
    assert found.is_due(made, ("other.local",), ADDRESSES, NOW)
    assert found.is_due(made, NAMES, (*ADDRESSES, "192.168.1.11"), NOW)
    assert not found.is_due(made, NAMES, (), NOW), "an unplugged cable makes no new certificate"
    assert not found.is_due(made, NAMES, (*ADDRESSES, "8.8.8.8"), NOW), "it could not be put in anyway"
    again = authority.make("青溪镇中心卫生院", "QX", NAMES, ADDRESSES, NOW)
    assert found.is_due(again, NAMES, ADDRESSES, NOW)


@pytest.mark.parametrize("years", [-8, 0, 8])
def test_an_authority_made_by_a_wrong_clock_is_valid_on_the_true_day(years: int) -> None:
    one = authority.make("青溪", "QX", NAMES, (), NOW + years * 365 * DAY_MS).certificate
    assert one.not_valid_before_utc <= datetime.fromtimestamp(NOW / 1000, UTC)
    assert one.not_valid_after_utc > datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(days=10 * 365)


def test_it_vouches_for_this_clinic_and_private_addresses_only(made: Authority) -> None:
    assert made.covers(("xiangyi.local", "other.local", "his.lan"), ("192.168.9.9", "10.0.0.1", "172.31.0.1"))
    for name in ("bank.com", "local.com", "xlocal"):
        assert not made.covers((name,), ()), name
    for address in ("8.8.8.8", "172.32.0.1", "192.169.0.1", "127.0.0.1"):
        assert not made.covers((), (address,)), address


def test_a_stolen_key_of_it_cannot_play_a_bank(made: Authority, tmp_path: Path) -> None:
    """Negative control beside it: the same signing with a name of the clinic is believed."""
    for name, is_believed in (("xiangyi.local", True), ("www.bank.example", False)):
        pair = tmp_path / f"{name}.pem"
        pair.write_bytes(_signed(made, name))
        assert _believes(made, name, pair) is is_believed, name


def _signed(made: Authority, name: str) -> bytes:
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    leaf = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(made.certificate.subject)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True).sign(made.key, SHA256())
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + leaf.public_bytes(Encoding.PEM)


def _believes(made: Authority, name: str, pair: Path) -> bool:
    """Whether a client that trusts the authority takes this certificate for that name."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair)
    near, far = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(far, server_side=True).recv(1)
        except OSError:
            far.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        ssl.create_default_context(cadata=made.der).wrap_socket(near, server_hostname=name).close()
    except ssl.SSLCertVerificationError as err:
        assert "permitted subtree" in str(err)
        return False
    finally:
        near.close()
        thread.join(5)
    return True


@pytest.mark.parametrize("clinic", ["x", "青" * 60, "'\"\\<&>\n"])
def test_any_name_of_a_clinic_makes_a_certificate(clinic: str) -> None:
    assert authority.make(clinic, "QX", NAMES, (), NOW).fingerprint


@pytest.mark.parametrize("spoil", [b"", b"no key", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_a_damaged_file_is_named_and_never_taken_for_none(made: Authority, tmp_path: Path, spoil: bytes) -> None:
    files.store(tmp_path, files.AUTHORITY, spoil)
    with pytest.raises(authority.Damaged):
        authority.load(tmp_path)
    other = authority.make("青溪", "QX", NAMES, (), NOW)
    mixed = authority.pem_of(made).split(b"-----BEGIN CERT")[0] + other.certificate.public_bytes(Encoding.PEM)
    files.store(tmp_path, files.AUTHORITY, mixed)
    with pytest.raises(authority.Damaged):
        authority.load(tmp_path)
    files.store(tmp_path, files.SERVER, spoil)
    assert authority.load_server(tmp_path) is None, "the server's own is simply made anew"


def test_what_a_power_cut_left_behind_is_in_nobodys_way(made: Authority, tmp_path: Path) -> None:
    (tmp_path / f"{files.AUTHORITY}.new").write_bytes(b"half a fi")
    assert authority.load(tmp_path) is None
    files.store(tmp_path, files.AUTHORITY, authority.pem_of(made))
    assert authority.load(tmp_path) is not None and not (tmp_path / f"{files.AUTHORITY}.new").exists()


def test_the_choice_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    chosen = LanSettings(True, True, 9443, ("xiangyi.local", "his.lan"))
    settings.save(tmp_path, chosen)
    assert settings.load(tmp_path) == chosen


@pytest.mark.parametrize(
    "text", ["", "on = ", "on = true\nplain = false\nport = 99999\nnames = []", "on = 1\nport = 'x'", "\xff\xfe"]
)
def test_a_choice_that_cannot_be_read_is_off(tmp_path: Path, text: str) -> None:
    (tmp_path / files.CHOICE).write_bytes(text.encode("latin-1"))
    assert not settings.load(tmp_path).is_on
