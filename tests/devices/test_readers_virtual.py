import json
from datetime import date
from threading import Timer
from time import monotonic

import pytest

from devices.contract import CardData
from devices.readers.virtual import CARD_FILE, VirtualReader

SHEN = CardData("id_card", "999999199003070038", "沈月琴", "女", date(1990, 3, 7), "青溪镇和平村", date(2036, 1, 9))
JI = CardData("health_card", "A00012345", "𠮷䶮")


@pytest.fixture
def reader(tmp_path):
    return VirtualReader(tmp_path / "pad")


@pytest.mark.parametrize("card", [SHEN, JI])
def test_reads_the_card_that_lies_on_the_pad(reader, card):
    reader.place(card)
    assert reader.read(0) == card
    assert VirtualReader(reader.folder).read(0) == card


def test_an_empty_pad_gives_nothing_within_its_time(reader):
    begun = monotonic()
    assert reader.read(0.3) is None
    assert 0.3 <= monotonic() - begun < 2


def test_a_card_laid_down_while_it_waits_is_read(reader):
    Timer(0.2, reader.place, [SHEN]).start()
    assert reader.read(5) == SHEN


def test_a_card_taken_away_is_gone(reader):
    reader.place(SHEN)
    assert reader.read(0) == SHEN
    reader.remove()
    assert reader.read(0) is None
    reader.remove()


def test_the_next_card_replaces_the_last(reader):
    reader.place(SHEN)
    reader.place(JI)
    assert reader.read(0) == JI


def test_a_half_written_card_is_no_card_and_not_the_one_before(reader):
    reader.place(SHEN)
    assert reader.read(0) == SHEN
    whole = (reader.folder / CARD_FILE).read_bytes()
    for length in range(len(whole)):
        (reader.folder / CARD_FILE).write_bytes(whole[:length])
        assert reader.read(0) is None, length
    (reader.folder / CARD_FILE).write_bytes(whole)
    assert reader.read(0) == SHEN


def test_one_identity_written_over_another_is_believed_only_with_its_own_checksum(reader):
    reader.place(SHEN)
    whole = json.loads((reader.folder / CARD_FILE).read_bytes())
    whole["card"]["number"] = "999999199003070097"
    (reader.folder / CARD_FILE).write_text(json.dumps(whole), "utf-8")
    assert reader.read(0) is None


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"[]", b"{}", b"null", b'{"card":{},"sha256":""}', b"[" * 100_000])
def test_junk_on_the_pad_is_no_card(reader, junk):
    reader.place(SHEN)
    (reader.folder / CARD_FILE).write_bytes(junk)
    assert reader.read(0) is None


@pytest.mark.parametrize(
    "card", [CardData("id_card", "", "沈月琴"), CardData("id_card", "1", ""), CardData("bus_card", "1", "沈月琴")]
)
def test_refuses_to_lay_down_what_is_no_card(reader, card):
    with pytest.raises(ValueError):
        reader.place(card)
    assert reader.read(0) is None
