import pytest

from clinic_app.modules.consultation.rules.vitals import CODES, parse_vitals

RANGES = {
    "temperature": "30-45", "pulse": "20-300", "respiration": "4-120", "systolic": "30-300", "diastolic": "10-200",
    "spo2": "30-100", "weight": "0.3-400", "glucose": "0.5-60",
}  # fmt: skip


def _read(**typed):
    return parse_vitals(typed, RANGES)


def test_reads_numbers_as_they_are_typed_in_one_spelling():
    good, wrong = _read(temperature="３７。80", pulse=" 92", blood_pressure="146 / 88", spo2="97", weight="3.25")
    assert wrong == {}
    assert (good["temperature"], good["blood_pressure"], good["weight"]) == ("37.8", "146/88", "3.25")


def test_what_was_not_measured_stays_empty():
    assert _read()[0] == dict.fromkeys(CODES, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("temperature", "378"), ("temperature", "37.85"), ("pulse", "92.5"), ("pulse", "-1"), ("respiration", "0"),
        ("blood_pressure", "88/146"), ("blood_pressure", "146"), ("blood_pressure", "146/8888"), ("spo2", "101"),
        ("weight", "一百"), ("weight", "5" * 5000), ("temperature", "1e2"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_limits(name, text):
    good, wrong = _read(**{name: text})
    assert name not in good
    assert wrong[name].field == name
    assert wrong[name].facts["low"]
    assert len(str(wrong[name].facts["value"])) <= 21
