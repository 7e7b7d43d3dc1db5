"""A backup on a full or pulled-out stick: a reason, the earlier backup whole, nothing half under a final name."""

from pathlib import Path

import pytest

from appliance.backup import making, places
from appliance.backup.file_format import Found
from clinic_app.kernel import keys
from tests.conftest import config_of
from tests.faults import backup_workload, small_stick

ROUNDS = 6


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, Found, keys.KeySet]:
    """Two backups of one clinic, the earlier first."""
    home = tmp_path_factory.mktemp("stick-home")
    seed = backup_workload.make_home(home)
    making.make(config_of(home), "hourly", backup_workload.silent)
    newest, earlier = places.local_backups(home)
    return earlier, newest, keys.derive(seed)


def test_a_full_or_pulled_out_stick_keeps_what_it_had(
    two: tuple[Found, Found, keys.KeySet], tmp_path: Path
) -> None:
    earlier, newest, key_set = two
    try:
        ended, wrong = small_stick.rounds(tmp_path, earlier, newest, key_set, many=ROUNDS, seed=3)
    except small_stick.NoMount:
        pytest.skip("a disk cannot be mounted here: root is needed")
    assert wrong == [] and ended == {"backup.target_full": 3, "backup.target_failed": 3}


def test_finds_a_copy_that_is_named_before_it_is_whole(
    two: tuple[Found, Found, keys.KeySet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from appliance.backup import copying_out

    monkeypatch.setattr(copying_out, "PART", "")
    earlier, newest, key_set = two
    try:
        _ended, wrong = small_stick.rounds(tmp_path, earlier, newest, key_set, many=ROUNDS, seed=3)
    except small_stick.NoMount:
        pytest.skip("a disk cannot be mounted here: root is needed")
    except Exception as err:
        wrong = [repr(err)]
    assert wrong != []
