"""`clinic doctor` and `clinic bundle`, which work beside a running server too."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.doctor import bundle, examination
from appliance.doctor.finding import FAULT, WARNING, Place, _
from appliance.folder_lock import Busy, FolderLock
from appliance.start import say_refusal
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, i18n, opening, switching
from clinic_app.kernel.clock import clock, local
from clinic_app.kernel.errors import Refused

EXIT_FOUND = 1
MARKS = {"ok": "正常   ok     ", "notice": "留意   notice ", "warning": "要处理 warning", "fault": "有故障 FAULT  "}
START = _("启动")


def doctor(config: Config) -> int:
    """Examine the clinic of the data folder and print each finding in both languages; 1 when anything is to be done.

    Where the clinic does not start, that is the first finding, and what needs no database is examined all the same.
    """
    with _opened(config) as why:
        if why is not None:
            _say(FAULT, START, lambda: i18n.refusal(why, i18n.current()))
        found = examination.examine(Place(config, reads_pages=True, compares_passwords=True, why=why))
        for check, finding in found:
            _say(finding.state, check.title, lambda finding=finding: finding.sentence)
    return EXIT_FOUND if why or examination.worst(found) in (WARNING, FAULT) else 0


def _say(state: str, title: str, sentence: Callable[[], str]) -> None:
    said = []
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            said.append(f"{i18n.gettext(title)}: {sentence()}")
    print(f"{MARKS[state]} {said[0]}\n{'':15}{said[1]}")


def write_bundle(config: Config, to: str | None) -> int:
    """Write the bundle, by default into the data folder's `bundles`, and say where it is."""
    with _opened(config) as why:
        if why is not None:
            say_refusal(why)
        content = bundle.made(Place(config, why=why))
        day = local(clock.read().at).strftime("%Y%m%d-%H%M%S")
    path = Path(to) if to else config.data / "bundles" / f"xiangyi-{day}.zip"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as err:
        print(f"写不了 {path}（{err.strerror}）。 / {path} cannot be written ({err.strerror}).", file=sys.stderr)
        return 2
    print(f"{path}\n里面没有病人的资料。 / It holds no patient data.")
    return 0


@contextmanager
def _opened(config: Config) -> Iterator[Refused | None]:
    """The clinic as it is: a schema that is older than this program's stays so, with a server or without. Says why it
    does not open.
    """
    registry.wire(config)
    lock, why = None, None
    try:
        with suppress(Busy):
            lock = FolderLock(config.data)
        if lock:
            switching.finish_interrupted(config.data)
            opening.finish_interrupted_creation(config.data)
            opening.refuse_damaged_log(config.data)  # closing would move what is left of it home
        opening.open_clinic(config.data, registry.migration_steps(), owned=False)
    except Refused as err:
        why = err
        db.close_database()
    try:
        yield why
    finally:
        db.close_database()
        if lock:
            lock.release()
