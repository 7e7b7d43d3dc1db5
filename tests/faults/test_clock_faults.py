"""Short forms of the faults of the clock; the long ones and all wrong starts are rows of `make faults`."""

import pytest

from tests.faults import clock_faults


def test_under_a_jumping_clock_time_never_goes_back_and_far_jumps_are_asked_about() -> None:
    said, bad = clock_faults.running_jumps(25, 1)
    assert bad == 0, said


def test_a_clock_at_work_that_believes_everything_is_found_out() -> None:
    assert clock_faults.running_jumps(8, 1, believes=True)[1] > 0


def test_a_server_started_eight_years_back_says_so_and_lets_people_in() -> None:
    library = clock_faults.faketime_library()
    if library is None:
        pytest.skip("libfaketime is missing (apt-get install faketime): the app's own clock is moved in `make faults`")
    said, bad = clock_faults.wrong_starts(("eight years back",), library)
    assert bad == 0, said
