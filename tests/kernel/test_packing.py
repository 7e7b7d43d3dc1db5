"""Packed texts: short in the database, the same text for ever."""

import json
import random

import pytest

from clinic_app.kernel.packing import pack, unpack

BILL = json.dumps(
    {
        "bill_id": {"$hex": "01a2009188607afdb8a5a52c9e936f82"},
        "lines": [{"amount_fen": 240, "item_id": {"$hex": "01a2008044b57859b4d83adb43dd58f6"}, "item_kind": "drug"}],
        "receipt_no": "QX01R26000006",
    },
    separators=(",", ":"),
)
# what this program wrote in its first release, as hex: it must be readable by every later one
STORED = "01abc6aeaa1600"


@pytest.mark.parametrize("text", ["", "{}", "田阳红", "\x00\x01", "🩺" * 3, BILL, "x" * 200_000])
def test_a_packed_text_is_read_back(text: str) -> None:
    assert unpack(pack(text)) == text


def test_what_has_no_pattern_is_stored_as_it_is() -> None:
    text = "".join(chr(random.Random(4).randrange(0x4E00, 0x9FA5)) for _ in range(5))
    assert len(pack(text)) <= len(text.encode()) + 1


def test_an_event_takes_less_than_three_fifths() -> None:
    assert len(pack(BILL)) < 0.6 * len(BILL)


def test_what_the_first_release_wrote_is_read() -> None:
    assert unpack(bytes.fromhex(STORED)) == '{"visit_id":{"$hex":""}}'


@pytest.mark.parametrize("wrong", [b"", b"\x07abc", pack(BILL)[:-4], pack(BILL) + b"x", "{}", None])
def test_other_bytes_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        unpack(wrong)  # type: ignore[arg-type]
