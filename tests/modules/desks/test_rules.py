"""What a room and a desk may be called, and where a printer may stand."""

import pytest

from clinic_app.kernel.errors import Invalid
from clinic_app.modules.desks import rules


@pytest.mark.parametrize("address", ["192.168.1.50", "192.168.1.50:9100", "printer-2.local", "[fe80::1]:9100"])
def test_a_network_printer_stands_at_a_host(address):
    assert rules.is_printer_address("network", address)


@pytest.mark.parametrize(
    "address", ["", "http://192.168.1.50", "192.168.1.50:0", "192.168.1.50:70000", "a b", "-x", "192.168.1.50:9100/x"]
)
def test_anything_else_is_no_network_printer(address):
    assert not rules.is_printer_address("network", address)


@pytest.mark.parametrize("address", ["/dev/usb/lp0", "/dev/lp0", r"\\DESK1\RECEIPT", "LPT1", "com3"])
def test_a_local_printer_is_a_device_or_a_share(address):
    assert rules.is_printer_address("file", address)


@pytest.mark.parametrize(
    "address", ["clinic-data/clinic.sqlite3", "/etc/passwd", "/dev/../etc/passwd", "/dev", "LPT1/x"]
)
def test_a_paper_is_never_appended_to_another_file(address):
    assert not rules.is_printer_address("file", address)


def test_names_are_cleaned():
    facts = rules.desk_facts("  收费\u3000 １号窗 ", "none", "10.0.0.1", "none", "")
    assert (facts.name, facts.printer_address) == ("收费 1号窗", "")


@pytest.mark.parametrize(
    "name, code", [("", "desks.needed"), ("窗" * 21, "desks.too_long"), ("一\x00窗", "desks.unprintable")]
)
def test_a_bad_name_gets_its_sentence(name, code):
    with pytest.raises(Invalid) as caught:
        rules.room_facts("1", name, "")
    assert caught.value.refusals["name"].code == code


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(Invalid) as caught:
        rules.desk_facts("", "network", "not a host", "magic", "")
    assert {name: one.code for name, one in caught.value.refusals.items()} == {
        "name": "desks.needed",
        "printer_address": "desks.network_address_wrong",
        "reader_kind": "desks.unknown_reader_kind",
    }
