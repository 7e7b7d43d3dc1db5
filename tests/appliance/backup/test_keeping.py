"""Which backups go: so many of each kind, as little as makes room, and never the newest."""

import random

from appliance.backup.keeping import (
    DAILY,
    FIRST_TO_GO,
    HOURLY,
    Kept,
    beyond_limits,
    interval_seconds,
    kind_due,
    to_make_room,
)

LIMITS = {"hourly": 24, "daily": 14, "upgrade": 5, "now": 5}


def kept(kind: str, made_at: int, size: int = 10) -> Kept:
    return Kept(f"{kind}-{made_at}", kind, made_at, size)


def test_one_from_the_future_counts_as_oldest_and_the_one_just_made_stays() -> None:
    found = [kept("hourly", at) for at in (5, 6, 1000)]
    made = found[0]
    going = beyond_limits(found, {"hourly": 1}, now=10, just_made=made.name)
    assert [one.made_at for one in going] == [1000]
    assert [one.made_at for one in to_make_room(found, 1, now=10)] == [1000]


def test_24_hourly_14_daily_5_before_upgrades_stay_and_the_oldest_go() -> None:
    found = [kept(kind, at) for kind in LIMITS for at in range(40)]
    stay = set(found) - set(beyond_limits(found, LIMITS))
    assert {kind: sorted(one.made_at for one in stay if one.kind == kind)[0] for kind in LIMITS} == {
        "hourly": 16, "daily": 26, "upgrade": 35, "now": 35
    }  # fmt: skip


def test_at_the_limit_nothing_goes() -> None:
    assert beyond_limits([kept("hourly", at) for at in range(24)], LIMITS) == []
    assert len(beyond_limits([kept("hourly", at) for at in range(25)], LIMITS)) == 1


def test_the_newest_of_all_stays_whatever_the_limits_say() -> None:
    found = [kept("hourly", at) for at in range(3)]
    assert [one.made_at for one in beyond_limits(found, {"hourly": 0})] == [0, 1]


def test_room_is_made_of_hourly_ones_first_and_of_no_more_than_needed() -> None:
    found = [kept("daily", 1), kept("hourly", 2), kept("hourly", 3), kept("hourly", 4)]
    assert [one.made_at for one in to_make_room(found, 15)] == [2, 3]
    assert [one.made_at for one in to_make_room(found, 30)] == [2, 3, 1]


def test_nothing_goes_when_all_of_it_would_not_be_enough() -> None:
    found = [kept("hourly", at) for at in range(4)]
    assert to_make_room(found, 31) == []
    assert len(to_make_room(found, 30)) == 3
    assert to_make_room([], 1) == []


def test_in_any_history_one_verified_backup_is_left() -> None:
    rnd = random.Random(7)
    for _ in range(300):
        found = [
            kept(rnd.choice(FIRST_TO_GO), at, rnd.randint(1, 50)) for at in range(rnd.randint(1, 60))
        ]  # fmt: skip
        newest = max(found, key=lambda one: one.made_at)
        limits = {kind: rnd.randint(0, 5) for kind in FIRST_TO_GO}
        assert newest not in beyond_limits(found, limits) + to_make_room(found, rnd.randint(0, 2000))


def test_copying_is_never_more_than_a_tenth_of_the_time() -> None:
    assert interval_seconds(3600, 5) == 3600
    assert interval_seconds(3600, 360) == 3600
    assert interval_seconds(3600, 361) == 3610


def test_the_first_of_a_business_day_holds_the_day_before() -> None:
    assert kind_due("2026-11-21", "2026-11-22") == DAILY
    assert kind_due("2026-11-22", "2026-11-22") == HOURLY
    assert kind_due("", "2026-11-22") == DAILY
