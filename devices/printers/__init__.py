"""Printers (打印机) by kind: `network` takes host[:port], `file` a device path, `virtual` a folder."""

from __future__ import annotations

from devices.contract import Printer

KINDS = ("network", "file", "virtual")


def open_printer(kind: str, address: str) -> Printer:
    """The printer of a kind at an address; ValueError for another kind or an address that cannot be one.

    Each driver is imported only when it is wanted: a device process holds one and stays small.
    """
    if not address:
        raise ValueError("a printer needs an address")
    if kind == "network":
        from devices.printers.network import NetworkPrinter, host_and_port

        return NetworkPrinter(*host_and_port(address))
    if kind == "file":
        from devices.printers.file import FilePrinter

        return FilePrinter(address)
    if kind == "virtual":
        from devices.printers.virtual import VirtualPrinter

        return VirtualPrinter(address)
    raise ValueError(f"no printer of kind {kind!r}; there are {', '.join(KINDS)}")
