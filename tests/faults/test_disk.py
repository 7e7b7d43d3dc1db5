"""The images of the disk model are legal, and all kinds of them turn up."""

import random

from tests.faults.disk import SURVIVALS, Disk, Survival
from tests.faults.recorder import Deleted, Event, IndexSeen, Opened, Synced, Truncated, Wrote


def disk_after(*events: Event, **before: bytes) -> Disk:
    disk = Disk(before)
    for event in events:
        disk.step(event)
    return disk


def states(disk: Disk, file: str, survival: Survival) -> set[bytes | None]:
    return {disk.image(random.Random(seed), survival).get(file) for seed in range(300)}


def test_what_was_synced_survives_and_what_was_not_may_be_torn_at_sectors():
    disk = disk_after(Wrote("a", 0, b"\2" * 1024), Synced("a"), Wrote("a", 512, b"\3" * 1536), a=b"\1" * 2048)
    seen = states(disk, "a", "torn")
    # Three unsynced sectors, each old or new.
    old_or_new = [(b"\2", b"\3"), (b"\1", b"\3"), (b"\1", b"\3")]
    assert seen == {
        b"\2" * 512 + x * 512 + y * 512 + z * 512 for x in old_or_new[0] for y in old_or_new[1] for z in old_or_new[2]
    }


def test_a_synced_file_is_the_same_in_every_image():
    disk = disk_after(Wrote("a", 0, b"x" * 700), Truncated("a", 600), Synced("a"))
    assert {state for survival in SURVIVALS for state in states(disk, "a", survival)} == {b"x" * 600}


def test_a_hole_left_by_a_lost_write_holds_zeros_or_garbage():
    disk = disk_after(Wrote("a", 0, b"x" * 512), Wrote("a", 512, b"y" * 512))
    holes = {state[:512] for state in states(disk, "a", "torn") if state and state[512:] == b"y" * 512}
    assert bytes(512) in holes and b"x" * 512 in holes and len(holes) > 2


def test_an_unsynced_delete_may_come_back_with_its_old_content_only():
    again = (Deleted("a", False), Opened("a", False), Wrote("a", 0, b"new"))
    assert states(disk_after(*again, a=b"old"), "a", "subset") == {b"old", None, b"new"}


def test_the_first_sync_of_a_new_journal_settles_earlier_deletes():
    events = (Deleted("a", False), Opened("j", True), Wrote("j", 0, b"j"))
    assert states(disk_after(*events, a=b"old"), "a", "subset") == {b"old", None}
    assert states(disk_after(*events, Synced("j"), a=b"old"), "a", "subset") == {None}


def test_a_delete_with_directory_sync_is_final():
    assert states(disk_after(Deleted("a", True), a=b"old"), "a", "none") == {None}


def test_the_mapped_index_may_be_of_any_age_or_absent():
    disk = disk_after(IndexSeen("a-shm", b"1"), IndexSeen("a-shm", b"2"))
    assert states(disk, "a-shm", "none") == {None, b"", b"1", b"2"}
