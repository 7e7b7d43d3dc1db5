"""The open practice clinic as the checks see it, its folder owner-only as the product makes it."""

import os

import pytest

from appliance.doctor import sources
from appliance.doctor.finding import Place
from tests.conftest import Clinic


@pytest.fixture
def place(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Place:
    os.chmod(clinic.folder, 0o700)
    monkeypatch.setattr(sources, "verified_backups", lambda _place: [])
    monkeypatch.setattr(sources, "certificate_ends", lambda _place: None)
    return Place(clinic.config)
