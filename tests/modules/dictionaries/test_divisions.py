"""Administrative divisions: the invented sample always, the public data where CLINIC_DIVISIONS names its folder."""

import os
import shutil
import statistics
import time
from pathlib import Path

import pytest

from clinic_app.kernel import db
from clinic_app.modules.dictionaries import importing, queries, starter
from tests import machine

SAMPLE = starter.DATA / "divisions"


@pytest.fixture
def sample(tmp_path):
    return Path(shutil.copytree(SAMPLE, tmp_path / "divisions"))


def bring_in(clinic, folder):
    return clinic.run(clinic.actor("administrator"), lambda uow: importing.import_file(uow, "divisions", folder))


def change(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


@pytest.mark.rule("ID-14")
def test_the_sample_nests_and_is_found(clinic):
    assert db.value("SELECT count(*) FROM division WHERE level = 4") == 200
    (province,) = queries.divisions_under(None)
    assert [one.level for one in queries.divisions_under(province.code)] == [2, 2, 2, 2]
    town = queries.divisions_matching("青溪")[0]
    assert (town.code, town.path) == ("990499101", "样例省样北市青溪县青溪镇")
    assert queries.divisions_matching("qxz")[0].code == "990499101"
    assert queries.division_name("990499101") == "青溪镇" and queries.division_name("000") == ""
    assert queries.division_path("990499101") == town.path and queries.division_path("000") == ""


def test_a_rerun_changes_nothing_and_a_new_name_is_found(clinic, sample):
    assert bring_in(clinic, sample) == {"kind": "divisions", "new": 0, "changed": 0, "unchanged": 225}
    change(sample, "streets", "青溪镇", "青溪新镇")
    assert importing.prepare_divisions(sample).changed == 1
    assert bring_in(clinic, sample)["changed"] == 1
    assert queries.divisions_matching("qxxz")[0].name == "青溪新镇"
    assert queries.divisions_matching("qxz") == []


def test_every_error_names_file_and_line_and_nothing_comes_in(clinic, sample):
    change(sample, "areas", "990102,", "99010,")
    change(sample, "streets", "990101001,", "990101101,")
    before = db.rows("SELECT * FROM division")
    found = importing.prepare_divisions(sample)
    told = [error.text() for error in found.errors]
    assert told[0].startswith("areas.csv 第 3 行：区划代码「99010」")
    assert any(text.startswith("streets.csv 第 3 行：编码 990101101 ") for text in told)
    with pytest.raises(importing.ImportRefused):
        bring_in(clinic, sample)
    assert db.rows("SELECT * FROM division") == before


def test_refuses_a_township_of_an_unknown_county(clinic, sample):
    change(sample, "streets", '990101001,"云溪街道",990101,', '990101001,"云溪街道",990777,')
    assert [error.refused.code for error in importing.prepare_divisions(sample).errors] == ["dictionaries.unknown_code"]


@pytest.mark.skipif("CLINIC_DIVISIONS" not in os.environ, reason="CLINIC_DIVISIONS names no folder")
def test_the_public_data_comes_in_under_twenty_seconds(clinic):
    folder = Path(os.environ["CLINIC_DIVISIONS"])
    began = time.monotonic()
    result = bring_in(clinic, folder)
    assert time.monotonic() - began < 20
    assert db.value("SELECT count(*) FROM division WHERE level = 4 AND code NOT LIKE '99%'") == 41_352
    assert result["new"] == result["new"] + result["changed"] > 44_000
    assert bring_in(clinic, folder) == {**result, "new": 0, "unchanged": result["new"]}
    spent = []
    for _ in range(50):
        began = time.process_time()
        queries.divisions_matching("c")
        spent.append(time.process_time() - began)
    assert statistics.median(spent) < 0.005 * machine.slowness()
