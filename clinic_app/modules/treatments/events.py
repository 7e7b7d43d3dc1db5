"""Business events of the treatment room (治疗室)."""

from clinic_app.kernel.outbox import Event

SKIN_TEST_READ = Event(
    "treatments.skin_test_read", 1,
    ("test_id", "test_no", "visit_id", "patient_id", "prescription_id", "drug_id", "is_positive", "before_mm",
     "after_mm"),
)  # fmt: skip
"""A skin test (皮试) is read; positive ones block the drug and its class (ST-03)."""

EXECUTED = Event("treatments.executed", 1, ("execution_id", "patient_id", "visit_id", "slip", "label_no", "lines"))
"""An injection, infusion or treatment is begun; `lines` is a list of {line_id, drug_id, units}."""

EVENTS = (SKIN_TEST_READ, EXECUTED)
