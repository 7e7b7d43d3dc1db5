"""A maker of backups that makes none: what the page shows and asks for is what is looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from clinic_app.kernel import ports
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import BackupFile, BackupProgress, BackupVolume
from tests.conftest import Clinic


@dataclass
class Maker:
    asked: int = 0
    now: BackupProgress | None = None
    there: list[BackupVolume] = field(default_factory=lambda: [BackupVolume("/media/blue", 30 << 30)])
    kept: list[BackupFile] = field(default_factory=list)

    def make_now(self) -> None:
        self.asked += 1

    def progress(self) -> BackupProgress | None:
        return self.now

    def files(self) -> Sequence[BackupFile]:
        return self.kept

    def volumes(self) -> Sequence[BackupVolume]:
        return self.there

    def mark_volume(self, root: str) -> str:
        if root not in [one.root for one in self.there]:
            raise Refused("backup.target_missing", field="place", place=root)
        return "00ff00ff00ff00ff"

    def check_folder(self, path: str) -> None:
        if not path.startswith("/mnt/"):
            raise Refused("backup.folder", field="folder", place=path)

    def is_there(self, kind: str, place: str) -> bool:
        return bool(self.there)


@pytest.fixture
def maker(clinic: Clinic) -> Iterator[Maker]:
    made = Maker()
    ports.bound.backups = made
    yield made
    ports.bound.backups = None
