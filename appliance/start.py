"""Start-up, as one readable list."""

import logging
import sys
import time

from appliance import logs
from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from appliance.server import Site, serve
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import i18n, jobs, opening, printing
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.maintenance import Maintenance, check_pages

EXIT_REFUSED = 2
STOP_SECONDS = 15.0
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
log = logging.getLogger("clinic.start")


class Running:
    """The open clinic with its threads; `stop` ends them in order and leaves an empty WAL."""

    def __init__(self, config: Config, *, after_unclean_end: bool = False):
        self.modules = modules = registry.wire(config)
        self.installation = opening.open_clinic(config.data, registry.migration_steps())
        doubted = jobs.doubt_interrupted()
        if doubted:
            log.warning("%d papers were being sent when the server ended", doubted)
        from clinic_app.app import create_app  # Flask is not needed to find out that a clinic cannot be opened

        self.app = create_app(config, modules)
        self.worker = jobs.Workers(printing.send)
        if after_unclean_end and (damaged := check_pages("before serving, after an unclean end")):
            raise Refused("clinic.pages_damaged", where=damaged[0][:80])
        self.maintenance = Maintenance(checks_pages=not after_unclean_end)
        self.worker.start()
        self.maintenance.start()

    def stop(self) -> None:
        self.worker.stop(STOP_SECONDS)
        self.maintenance.stop(STOP_SECONDS)
        for module in reversed(self.modules):
            if module.stop:
                module.stop()
        opening.close_clinic()


def give_memory_back() -> bool:
    """Let freed memory return to the system, where the C library can be told to; True when it was.

    Else the 19 MiB of a password hash stay in an arena of every thread that once signed somebody in.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    return tell is not None and bool(tell(M_ARENA_MAX, 2) and tell(M_MMAP_THRESHOLD, 1 << 20))


def run(config: Config, *, practice: bool) -> int:
    """Serve the clinic of the data folder; the exit code says why it ended."""
    began = time.perf_counter()
    give_memory_back()
    try:
        lock = FolderLock(config.data)
    except Busy as err:
        print(f"此数据文件夹已有服务器在用（{err}）。 / Another server uses {config.data} ({err}).", file=sys.stderr)
        return EXIT_SECOND_SERVER
    except Refused as err:
        say_refusal(err)
        return EXIT_REFUSED
    try:
        code = _run_locked(config, lock, practice, began)
    except Refused as err:
        say_refusal(err)
        code = EXIT_REFUSED
    lock.release()  # not after a fault: then the next start reads every page first
    return code


def _run_locked(config: Config, lock: FolderLock, practice: bool, began: float) -> int:
    logs.start(config.data / "logs", config.log_level)
    running: list[Running] = []
    if not opening.exists(config.data):
        if practice:
            from appliance import practice as practice_clinic

            practice_clinic.create(config)
        else:
            from appliance import first_run

            site = Site(lambda *_: [])
            site.application = first_run.create(config, lambda: _switch(site, running, config))
            return _serve(site, config, lock, began, first_run.announcement(config), running)
    one = Running(config, after_unclean_end=lock.was_unclean)
    running.append(one)
    notice = ""
    if one.installation.is_practice:
        from appliance import practice as practice_clinic

        notice = practice_clinic.accounts_notice()
    return _serve(Site(one.app), config, lock, began, notice, running)


def _switch(site: Site, running: list[Running], config: Config) -> None:
    """First run is done: from now on the clinic answers."""
    running.append(Running(config))
    site.application = running[0].app


def _serve(site: Site, config: Config, lock: FolderLock, began: float, notice: str, running: list[Running]) -> int:
    address = f"http://127.0.0.1:{config.port}/"
    lock.describe(address)

    def ready() -> None:
        spent = time.perf_counter() - began
        log.info("ready in %.2f s", spent)
        print(f"{address}  ({spent:.2f} s)\n{notice}", flush=True)

    try:
        serve(site, config.port, config.threads, ready)
    except OSError as err:
        raise Refused("appliance.port_taken", port=config.port) from err
    finally:
        for one in running:
            one.stop()
        log.info("stopped")
    return 0


def say_refusal(err: Refused) -> None:
    """On a console nobody has chosen a language yet: both sentences."""
    for language in i18n.LANGUAGES:
        print(i18n.refusal(err, language), file=sys.stderr)
