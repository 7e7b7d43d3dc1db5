"""Installing a package beside the running version; what fails leaves version and clinic as they were."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from appliance import launcher
from appliance.backup import places
from appliance.child_process import Progress
from appliance.folder_lock import Busy, FolderLock
from appliance.upgrade import commands, former, installing, program_home, settling
from appliance.upgrade.program_home import Home, Journal
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, opening, releases, schema
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from tests import visit
from tests.appliance.upgrade import packages
from tests.conftest import Clinic, config_of
from tests.faults import migration_workload as migration
from tests.faults import upgrade_workload as workload
from tests.faults.broken_off import nth_call_fails
from tests.faults.upgrade_workload import NEW, OLD

BAD_STEP = schema.Step("later", "0009_bad", "UPDATE visit SET no_such = 1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("made")
    workload.make_home(room)
    return room


class Pc:
    """A clinic with its home, whose running version is the old one, and a stick."""

    def __init__(self, room: Path) -> None:
        self.room, self.clinic, self.stick = room, room / "clinic", room / "stick"
        self.home = Home(self.clinic / workload.VERSIONS)
        self.config = config_of(self.clinic)

    def install(self, given: Path | None = None) -> installing.Installed:
        registry.wire(self.config)
        return installing.install(self.config, given or self.stick, self.home, packages.TRUSTED, workload.silent)

    def package(self, program: Path, counter: int = 5, **facts: object) -> Path:
        """The only one on the stick."""
        for path in self.stick.iterdir():
            path.unlink()
        return packages.package(program, self.stick, counter, **facts)

    def is_as_before(self) -> bool:
        """Running version and clinic are the old ones, nothing is left of a try."""
        names = {path.name for path in self.home.folder.iterdir() if path.is_dir()}
        opening.open_clinic(self.clinic, registry.migration_steps())
        db.close_database()
        return (self.home.current, names, self.home.journal) == (OLD, {OLD}, None)


@pytest.fixture
def pc(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pc]:
    """With the tests' platform; the new version works in this process."""
    shutil.copytree(made, tmp_path / "pc")
    found = Pc(tmp_path / "pc")
    registry.wire(found.config)
    monkeypatch.setattr(installing, "ask_new_program", workload.in_this_process)
    monkeypatch.setattr(program_home, "ROOT", found.home.folder / OLD)
    yield found
    db.close_database()


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    return found.value


def test_the_new_version_lies_beside_the_old_one_and_is_started_next(pc: Pc) -> None:
    said: list[str] = []
    registry.wire(pc.config)
    done = installing.install(
        pc.config, pc.stick, pc.home, packages.TRUSTED, lambda step, _done, _of: said.append(step)
    )
    assert (pc.home.current, pc.home.former, pc.home.journal) == (NEW, OLD, None)
    assert workload.not_whole(pc.home.folder / NEW) == "" == workload.not_whole(pc.home.folder / OLD)
    kept = [one for one in places.local_backups(pc.clinic) if one.header.kind == "upgrade"]
    assert [one.path.name for one in kept] == [done.backup], "one backup serves both programs"
    order = ["verifying", "unpacking", "copying", "encrypting", "migrating", "switching"]
    assert sorted(order, key=said.index) == order, said
    assert (pc.home.folder / "launcher.py").read_bytes() == Path(launcher.__file__).read_bytes()


def test_versions_older_than_the_last_two_go(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.install()
    for counter in (6, 7):
        pc.package(packages.program(pc.room / f"p{counter}", str(counter)), counter)
        monkeypatch.setattr(program_home, "ROOT", pc.home.folder / pc.home.current)
        pc.install()
    names = {path.name for path in pc.home.folder.iterdir() if path.is_dir()}
    assert names == {"0.6.0-6", "0.7.0-7"} and pc.home.former == "0.6.0-6"


def test_while_a_server_runs_nothing_is_installed(pc: Pc) -> None:
    lock = FolderLock(pc.clinic)
    with pytest.raises(Busy):
        pc.install()
    lock.release()
    assert pc.is_as_before() and len(places.local_backups(pc.clinic)) == 1


def test_one_upgrade_at_a_time(pc: Pc) -> None:
    lock = FolderLock(pc.home.folder)
    assert refused(pc.install).code == "upgrade.under_way"
    lock.release()
    assert pc.is_as_before()


@pytest.mark.parametrize("spoil", ["signature", "a stick that is cut"])
def test_a_package_that_is_refused_changes_nothing(spoil: str, pc: Pc) -> None:
    path = next(pc.stick.iterdir())
    content = path.read_bytes()
    path.write_bytes(content[:-900] if "cut" in spoil else content.replace(b'"counter": 5', b'"counter": 6'))
    assert refused(pc.install).code in ("package.cut", "package.changed", "package.signature")
    assert pc.is_as_before() and len(places.local_backups(pc.clinic)) == 1


def test_a_step_that_fails_on_the_copy_is_told_in_its_own_words(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (pc.clinic / opening.DATABASE).read_bytes()
    steps = [*registry.migration_steps(), BAD_STEP]
    with monkeypatch.context() as newer:
        newer.setattr(registry, "migration_steps", lambda: steps)
        assert commands.bring_up(pc.config) == 2
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["refused"] == "upgrade.failed_on_copy" and "no such column" in last["facts"]["why"]
    assert (pc.clinic / opening.DATABASE).read_bytes() == before
    assert pc.is_as_before()


ANSWERS = {
    "a sentence that this program does not know": (
        'print(json.dumps({"refused": "mars.landed", "facts": {"told": "Mars"}}))', "upgrade.failed_on_copy", "Mars"),
    "a refusal that it knows": (
        'print(json.dumps({"refused": "upgrade.no_space", "facts": {"need": 9, "free": 1}}))', "upgrade.no_space", "9"),
    "a fault before it can say anything": ("import no_such_module", "upgrade.failed_on_copy", "no_such_module"),
    "nothing": ("pass", "upgrade.failed_on_copy", ""),
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_the_new_program_says_is_told_and_the_old_one_stays(
    answer: str, pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    does, code, told = ANSWERS[answer]
    program = packages.program(pc.room / "fake", "fake")
    begin = 'import json, sys\nprint(json.dumps({"step": "migrating"}))\nprint("copying  5 %", file=sys.stderr)\n'
    (program / "appliance" / "__main__.py").write_text(begin + does + "\n", "utf-8")
    pc.package(program)
    monkeypatch.setattr(installing, "ask_new_program", ask_really)
    err = refused(pc.install)
    assert (err.code, told in str(err.facts)) == (code, True), err
    assert pc.is_as_before()


ask_really = installing.ask_new_program


def test_a_new_program_that_dies_after_the_exchange_is_the_one_that_is_started(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(config: Config, folder: Path, report: Progress) -> None:
        workload.in_this_process(config, folder, report)
        raise Refused("child.died", ended=-9, said="")

    monkeypatch.setattr(installing, "ask_new_program", dies)
    pc.install()
    assert (pc.home.current, pc.home.journal) == (NEW, None)


def test_where_nobody_can_say_what_the_clinic_is_the_next_start_settles_it(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses_the_keys(config: Config, folder: Path, report: Progress) -> None:
        workload.in_this_process(config, folder, report)
        (config.data / opening.KEYS).rename(pc.room / "keys")
        raise Refused("child.died", ended=-9, said="")

    monkeypatch.setattr(installing, "ask_new_program", loses_the_keys)
    assert refused(pc.install).code == "upgrade.failed_on_copy"
    assert pc.home.current == OLD and pc.home.journal is not None
    assert refused(lambda: settling.settle(pc.home)).code == "keys.missing"
    (pc.room / "keys").rename(pc.clinic / opening.KEYS)
    assert settling.settle(pc.home) == NEW == pc.home.current


@pytest.mark.parametrize("is_back", [False, True])
@pytest.mark.parametrize("is_newer", [False, True])
def test_a_journal_is_settled_by_what_the_clinic_is(is_back: bool, is_newer: bool, pc: Pc) -> None:
    """Forward the old version is asked, on the way back the new one."""
    if is_newer:
        workload.in_this_process(pc.config, pc.home.folder, workload.silent)
    packages_folder = pc.home.folder / NEW
    shutil.copytree(pc.home.folder / OLD, packages_folder)
    frm, to = (NEW, OLD) if is_back else (OLD, NEW)
    pc.home.point_to(frm, "")
    pc.home.begin(Journal(to, str(pc.clinic), is_back))
    if is_back:
        with workload.newer_program():
            started = settling.settle(pc.home)
    else:
        started = settling.settle(pc.home)
    assert started == pc.home.current == (NEW if is_newer else OLD) and pc.home.journal is None


def test_a_home_that_cannot_be_written_is_settled_all_the_same(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    workload.in_this_process(pc.config, pc.home.folder, workload.silent)
    shutil.copytree(pc.home.folder / OLD, pc.home.folder / NEW)
    pc.home.begin(Journal(NEW, str(pc.clinic)))

    def read_only(*_given: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(program_home, "exchange", read_only)
    assert settling.settle(pc.home) == NEW


def wheel(folder: Path) -> bytes:
    """A library of one line; returns the line of the requirements that asks for it."""
    folder.mkdir()
    path = folder / "later_library-1.0-py3-none-any.whl"
    texts = {
        "later_library.py": "HERE = 1\n",
        "later_library-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: later-library\nVersion: 1.0\n",
        "later_library-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    sums = {name: urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for name, text in texts.items()}
    record = "".join(f"{name},sha256={one.decode().rstrip('=')},{len(texts[name])}\n" for name, one in sums.items())
    with zipfile.ZipFile(path, "w") as made:
        for name, text in texts.items():
            made.writestr(name, text)
        made.writestr("later_library-1.0.dist-info/RECORD", record + "later_library-1.0.dist-info/RECORD,,\n")
    return f"later-library==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()


def test_libraries_that_changed_come_from_the_package_without_a_network(pc: Pc) -> None:
    program = packages.program(pc.room / "wants", "wants")
    (program / "requirements.txt").write_bytes(wheel(pc.room / "wheels"))
    pc.package(program)
    assert refused(pc.install).code == "upgrade.libraries" and pc.is_as_before()
    shutil.copytree(pc.room / "wheels", program / "wheels")
    files = [*packages.signing.contents(program, program / "wheels")]
    files = [one for one in files if not one[0].startswith("program/wheels")]
    manifest = packages.signing.describe(program, files, counter=5, version="0.5.0")
    next(pc.stick.iterdir()).unlink()
    packages.signing.pack(pc.stick / "x.upgrade", manifest, files, packages.KEY)
    pc.install()
    assert (pc.home.folder / NEW / "site" / "later_library.py").exists()
    assert not (pc.home.folder / NEW / "wheels").exists()
    asked, environment = launcher.command(pc.home.folder / NEW)
    assert environment["PYTHONPATH"].split(os.pathsep)[1].endswith("site") and "-P" in asked


@pytest.mark.parametrize("number", range(1, 61, 3))
def test_a_full_disk_at_any_step_is_a_sentence_and_the_next_start_is_right(pc: Pc, number: int) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with nth_call_fails(number, full) as called, contextlib.suppress(Refused):
        pc.install()
    assert len(called) >= number, "there is such a step"
    db.close_database()
    name = settling.settle(pc.home)
    known = [*registry.migration_steps(), *migration.NEWER]
    opening.open_clinic(pc.clinic, known, owned=False)
    assert name == (OLD if schema.missing(known) else NEW)


def test_a_full_disk_while_the_libraries_are_copied_is_a_sentence(pc: Pc) -> None:
    library = pc.home.folder / OLD / launcher.SITE / "library.py"
    library.parent.mkdir()
    library.write_text("HERE = 1\n")
    with patch.object(shutil, "copy2", side_effect=OSError(errno.ENOSPC, "No space left on device")) as copied:
        assert refused(pc.install).code == "kernel.disk_full"
    assert copied.called and pc.is_as_before()
    pc.install()
    assert (pc.home.folder / NEW / launcher.SITE / "library.py").exists()


def test_the_highest_floor_ever_seen_is_kept(pc: Pc) -> None:
    pc.package(packages.program(pc.room / "p7", "7"), 7, least=6)
    pc.install()
    assert pc.home.floor == 6


def test_the_clinic_remembers_floor_and_newest_release_when_the_home_does_not(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freeze: a floor that is lost with its folder, a home made anew with an older program."""
    opening.open_clinic(pc.clinic, registry.migration_steps())
    with unit_of_work(SYSTEM) as uow:
        releases.note(uow, 7, "0.7.0", 6)
    opening.close_clinic()
    assert refused(pc.install).code == "package.floor" and pc.is_as_before()
    shutil.rmtree(pc.home.folder)
    monkeypatch.setattr(program_home, "ROOT", pc.room / "new")  # a checkout
    assert refused(pc.install).code == "package.rollback"
    pc.package(packages.program(pc.room / "p7", "7"), 7)
    assert pc.install().is_new_home, "the same release may be put again, as on a new PC"


def test_going_back_takes_program_and_clinic(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pc.install()
    monkeypatch.setattr(program_home, "ROOT", pc.home.folder / NEW)
    with workload.newer_program():
        assert commands.tell(pc.config) == 0 and OLD in capsys.readouterr().out
        assert commands.go_back(pc.config) == 0
    assert (pc.home.current, pc.home.former, pc.home.journal) == (OLD, "", None)
    opening.open_clinic(pc.clinic, registry.migration_steps())


def test_after_work_nothing_goes_back(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.install()
    monkeypatch.setattr(program_home, "ROOT", pc.home.folder / NEW)
    with workload.newer_program():
        clinic = Clinic(pc.clinic, pc.config, registry.wire(pc.config))
        opening.open_clinic(pc.clinic, registry.migration_steps())
        visit.arrive(clinic)
        opening.close_clinic()
        assert refused(lambda: commands.go_back(pc.config)).code == "upgrade.worked_since"
    assert (pc.home.current, pc.home.journal) == (NEW, None)


def test_where_the_schema_is_the_same_the_program_alone_goes_back(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "ask_new_program", lambda *_given: None)
    pc.package(packages.program(pc.room / "same", "same"))
    pc.install()
    monkeypatch.setattr(program_home, "ROOT", pc.home.folder / NEW)
    assert commands.go_back(pc.config) == 0
    assert pc.home.current == OLD and former.newest(pc.clinic) is None


def test_a_checkout_says_how_a_first_home_is_made(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_home, "ROOT", pc.room)
    assert refused(lambda: commands.install(pc.config, pc.stick, None)).code == "upgrade.not_packaged"
    assert refused(lambda: commands.install(pc.config, pc.stick, pc.stick)).code == "upgrade.folder_taken"
    assert refused(lambda: commands.install(pc.config, pc.room / "none", None)).code == "package.unreadable"


def test_a_first_home_whose_making_was_cut_is_made_again(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program_home, "ROOT", pc.room / "new")
    monkeypatch.setattr(commands.release_key, "trusted", lambda: packages.TRUSTED)
    made = pc.room / "made"
    cut = {"floor.new": "", "run.lock": "", "0.5.0-5/appliance/x": "", "0.5.0-5.new/x": "", "launcher.py": ""}
    for name, text in cut.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    assert commands.install(pc.config, pc.stick, made) == 0
    said = capsys.readouterr().out
    assert Home(made).current == NEW and workload.not_whole(made / NEW) == "" and "launcher.py" in said
    assert not (made / "0.5.0-5.new").exists()
