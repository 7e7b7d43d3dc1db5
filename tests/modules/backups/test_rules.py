"""How the three copies stand: fresh, late, missing; the limits to the hour."""

from clinic_app.modules.backups.rules import HOUR_MS, CopyAge, copy_ages, worst

NOW = 1_000 * HOUR_MS


def ages(
    newest: dict[int, int], *, set_up: tuple[int, ...] = (2, 3), since: int = 500, added: int = 500
) -> tuple[CopyAge, ...]:
    made = {copy_no: NOW - hours * HOUR_MS for copy_no, hours in newest.items()}
    targets = {copy_no: NOW - added * HOUR_MS for copy_no in set_up}
    return copy_ages(NOW, NOW - since * HOUR_MS, made, targets, red_hours=24, away_days=8)


def states(newest: dict[int, int], **given: object) -> list[str]:
    return [one.state for one in ages(newest, **given)]  # type: ignore[arg-type]


def test_a_copy_is_red_from_the_24th_hour_on() -> None:
    assert states({1: 23, 2: 23, 3: 0}) == ["ok", "ok", "ok"]
    assert states({1: 24, 2: 23, 3: 0}) == ["off", "ok", "ok"]
    assert states({1: 23, 2: 24, 3: 0}) == ["ok", "off", "ok"]


def test_the_copy_away_is_amber_after_eight_days_and_never_red() -> None:
    assert states({1: 0, 2: 0, 3: 8 * 24 - 1})[2] == "ok"
    assert states({1: 0, 2: 0, 3: 8 * 24})[2] == "warn"
    assert states({1: 0, 2: 0, 3: 5000})[2] == "warn"


def test_what_nobody_set_up_is_a_warning_and_what_was_set_up_and_never_made_counts_from_the_beginning() -> None:
    assert states({1: 0}, set_up=()) == ["ok", "warn", "warn"]
    assert states({1: 0}, set_up=(2,), added=24) == ["ok", "off", "warn"]
    assert states({1: 0}, set_up=(2,), added=23) == ["ok", "warn", "warn"]
    assert states({}, set_up=(), since=23)[0] == "warn"
    assert states({}, set_up=(), since=24)[0] == "off"


def test_a_moment_in_the_future_is_not_a_negative_age() -> None:
    assert ages({1: -5})[0].hours == 0


def test_the_chip_says_the_worst() -> None:
    assert worst(ages({1: 2, 2: 40, 3: 1}), is_practice=False).copy_no == 2
    assert worst(ages({1: 30, 2: 40, 3: 1}), is_practice=False).copy_no == 1
    assert worst(ages({1: 2}, set_up=()), is_practice=False).copy_no == 2
    assert worst(ages({1: 2}, set_up=()), is_practice=True).copy_no == 1
    assert worst(ages({1: 2, 2: 2, 3: 999}), is_practice=False).copy_no == 3
    assert worst(ages({1: 2, 2: 2}, set_up=(2,)), is_practice=False).copy_no == 1
