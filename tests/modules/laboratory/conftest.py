"""A visit with requests: the case of the treatment room, with what the laboratory does."""

from tests.modules.treatments.conftest import Case, case  # noqa: F401

CBC, ECG, GLUCOSE = "S0015", "S0018", "S0103"
NORMAL_CBC = {"wbc": "6.5", "neut": "60", "lymph": "30", "rbc": "4.8", "hgb": "145", "hct": "45", "plt": "220"}
