"""What a room, a desk and its devices may be called and where a printer may stand; names on the LAN."""

import re
import unicodedata
from dataclasses import dataclass

from clinic_app.kernel.errors import Invalid, Refused

PRINTER_KINDS = ("virtual", "network", "file", "none")
WRONG_ADDRESS = {"network": "desks.network_address_wrong", "file": "desks.file_address_wrong"}
READER_KINDS = ("virtual", "none")
LONGEST_NAME = 20
LONGEST_CODE = 8
LONGEST_ADDRESS = 100
SHORTEST_TOKEN = 20
MOST_NAMES = 5
LONGEST_HOST_NAME = 100
CODE_DIGITS = 8  # digits need no input method; guessing is limited by tries, not by length
_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.%a-z]+\])(?::(\d{1,5}))?")
_DEVICE = re.compile(r"/dev/[A-Za-z0-9._/-]+|\\\\[^\\/]+\\[^\\/]+|(?:LPT|COM)\d{1,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RoomFacts:
    code: str
    name: str
    speciality: str


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """A checked desk (工位): `printer_address` is empty where the kind needs none."""

    name: str
    printer_kind: str
    printer_address: str
    reader_kind: str
    reader_address: str


def room_facts(code: str, name: str, speciality: str) -> RoomFacts:
    """A room (诊室) as it is stored; Invalid names every field at fault."""
    faults: dict[str, Refused] = {}
    facts = RoomFacts(
        _text(faults, "code", code, LONGEST_CODE, required=True),
        _text(faults, "name", name, LONGEST_NAME, required=True),
        _text(faults, "speciality", speciality, LONGEST_NAME, required=False),
    )
    if faults:
        raise Invalid(faults)
    return facts


def desk_facts(name: str, printer_kind: str, printer_address: str, reader_kind: str, reader_address: str) -> DeskFacts:
    """A desk as it is stored; Invalid names every field at fault."""
    faults: dict[str, Refused] = {}
    good_name = _text(faults, "name", name, LONGEST_NAME, required=True)
    if printer_kind not in PRINTER_KINDS:
        faults["printer_kind"] = Refused("desks.unknown_printer_kind", field="printer_kind", value=printer_kind[:20])
    if reader_kind not in READER_KINDS:
        faults["reader_kind"] = Refused("desks.unknown_reader_kind", field="reader_kind", value=reader_kind[:20])
    address = ""
    if printer_kind in ("network", "file"):
        address = _text(faults, "printer_address", printer_address, LONGEST_ADDRESS, required=True)
        if address and not is_printer_address(printer_kind, address):
            wrong = WRONG_ADDRESS[printer_kind]
            faults["printer_address"] = Refused(wrong, field="printer_address", value=address)
    if faults:
        raise Invalid(faults)
    return DeskFacts(good_name, printer_kind, address, reader_kind, reader_address if reader_kind != "virtual" else "")


def is_printer_address(kind: str, address: str) -> bool:
    """Whether a printer can stand there: `host[:port]`, or a device of this PC or a Windows share.

    No other path is taken: a paper printed to a path is appended to that file, be it the database.
    """
    if kind == "file":
        return bool(_DEVICE.fullmatch(address)) and ".." not in address
    found = _HOST.fullmatch(address)
    return found is not None and (found[1] is None or 0 < int(found[1]) < 65536)


def _text(faults: dict[str, Refused], field: str, typed: str, longest: int, *, required: bool) -> str:
    text = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not text and required:
        faults[field] = Refused("desks.needed", field=field)
    elif len(text) > longest:
        faults[field] = Refused("desks.too_long", field=field, have=len(text), most=longest)
    elif not text.isprintable():
        faults[field] = Refused("desks.unprintable", field=field)
    return text


def lan_names(typed: str) -> tuple[str, ...]:
    """The names under which other PCs ask for this one: lower case, at most five, `xiangyi.local` first where it is.

    Refuses what is no host name, an address, and two labels before `.local`, which many PCs do not find.
    """
    found = tuple(dict.fromkeys(one.rstrip(".") for one in re.split(r"[\s,，、;；]+", _plain(typed)) if one))
    if not found:
        raise Refused("desks.needed", field="names")
    if len(found) > MOST_NAMES:
        raise Refused("desks.lan_many_names", field="names", most=MOST_NAMES)
    for name in found:
        labels = name.split(".")
        is_number = all(label.isdigit() for label in labels)
        if not _HOST_NAME.fullmatch(name) or is_number or name == "localhost" or len(name) > LONGEST_HOST_NAME:
            raise Refused("desks.lan_name_wrong", field="names", name=name[:40])
        if name.endswith(".local") and len(labels) != 2:
            raise Refused("desks.lan_name_parts", field="names", name=name[:40])
    return found


def lan_port(typed: str) -> int:
    """The port on which other PCs ask."""
    plain = _plain(typed)
    if not (plain.isascii() and plain.isdigit()) or not 0 < int(plain[:6]) < 65536:
        raise Refused("desks.lan_port_wrong", field="port", value=typed[:10])
    return int(plain)


def typed_code(typed: str) -> str:
    """A pairing code as it was meant: its digits, whatever stands between them or was left on in an input method."""
    return "".join(char for char in _plain(typed) if not char.isspace() and char != "-")


def code_text(code: str) -> str:
    """A pairing code as people read it out: in two halves."""
    return f"{code[: CODE_DIGITS // 2]} {code[CODE_DIGITS // 2 :]}"


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip().lower()
