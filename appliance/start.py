"""`clinic run`: the list of start-up, then serving; where a step says no, a page that says what to do."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from appliance.folder_lock import DAMAGED, EXIT_SECOND_SERVER, Busy
from appliance.server import Site, serve
from appliance.startup import checklist, readable_copy
from appliance.startup.checklist import Attempt
from clinic_app.config import Config
from clinic_app.kernel import i18n, opening
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.maintenance import known_damage

EXIT_REFUSED = 2
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
log = logging.getLogger("clinic.start")
Application = Callable[..., Any]


def give_memory_back() -> bool:
    """Let freed memory return to the system, where the C library can be told to; True when it was.

    Else the 19 MiB of a password hash stay in an arena of every thread that once signed somebody in.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    return tell is not None and bool(tell(M_ARENA_MAX, 2) and tell(M_MMAP_THRESHOLD, 1 << 20))


def run(config: Config, *, practice: bool, safe: bool = False) -> int:
    """Serve the clinic of the data folder, or the page that says why not; the exit code says why it ended."""
    began = time.perf_counter()
    give_memory_back()
    readable_copy.sweep()  # a power cut may have left a database, and on Windows its keys, in a temporary folder
    attempt, site = Attempt(config, is_safe=safe, wants_practice=practice), Site(lambda *_: [])
    try:
        notice = _open(attempt, site, practice)
    except Busy as err:
        print(f"此数据文件夹有程序在用（{err}）。 / Another program uses {config.data} ({err}).", file=sys.stderr)
        return EXIT_SECOND_SERVER
    except Refused as err:
        say_refusal(err)
        if err.code == checklist.REAL_CLINIC:  # nothing is wrong with the clinic: there is no page to open
            if attempt.lock:
                attempt.lock.release()
            return EXIT_REFUSED
        notice = _show_instead(attempt, site, err)
    except Exception as err:
        log.exception("the start broke off")
        notice = _show_instead(attempt, site, say_refusal(Refused("startup.fault", kind=type(err).__name__)))
    try:
        is_refused = _serve(site, attempt, began, notice)
    except Refused as err:
        say_refusal(err)
        is_refused = True
    if attempt.lock:  # not after a fault: then the next start reads every page first
        attempt.lock.release(DAMAGED if known_damage() else "")
    return EXIT_REFUSED if is_refused else 0


def _open(attempt: Attempt, site: Site, practice: bool) -> str:
    """Go through the list and put its outcome before the browsers; returns what the console should say."""
    checklist.walk(attempt)
    if not attempt.has_clinic and practice:
        from appliance import practice as practice_clinic

        practice_clinic.create(attempt.config)
        checklist.walk(attempt)
    if not attempt.has_clinic:
        return _begin_first_run(attempt, site)
    return _enter(attempt, site)


def _begin_first_run(attempt: Attempt, site: Site) -> str:
    from appliance import first_run

    def made() -> None:
        checklist.walk(attempt)
        _enter(attempt, site)

    attempt.is_first_run = True
    site.application = first_run.create(attempt.config, made)
    return first_run.announcement(attempt.config)


def _enter(attempt: Attempt, site: Site) -> str:
    """From now on the clinic answers."""
    site.application = attempt.app
    if attempt.lock:
        attempt.lock.describe(address_of(attempt.config))
    if attempt.is_serving:
        checklist.answered(attempt)
    if attempt.installation and attempt.installation.is_practice:
        from appliance import practice as practice_clinic

        return practice_clinic.accounts_notice()
    return ""


def _show_instead(attempt: Attempt, site: Site, why: Refused) -> str:
    """A readable copy where the folder cannot be written, else the page that says what is wrong and what to do."""
    if why.code == "appliance.folder_unwritable" and (attempt.config.data / opening.DATABASE).exists():
        try:
            site.application = readable_copy.open_copy(attempt)
            return "只能查看，不能写入。 / Reading only: nothing can be written."
        except Refused as err:
            why = say_refusal(err)
    from appliance.startup import recovery

    if attempt.lock:
        attempt.lock.describe(address_of(attempt.config), serves=False)
    site.application = recovery.create(attempt, why, lambda: _open(attempt, site, practice=False), site)
    return "用浏览器打开上面的地址，页面会说怎么办。 / Open the address above: the page says what to do."


def address_of(config: Config) -> str:
    return f"http://127.0.0.1:{config.port}/"


def _serve(site: Site, attempt: Attempt, began: float, notice: str) -> bool:
    """Until the end; True when no clinic was served and no first run, but the page that says why."""
    config = attempt.config

    def ready() -> None:
        attempt.is_serving = True
        if attempt.app is not None:
            checklist.answered(attempt)
        spent = time.perf_counter() - began
        log.info("ready in %.2f s", spent)
        print(f"{address_of(config)}  ({spent:.2f} s)\n{notice}", flush=True)

    if attempt.lock and attempt.is_first_run:
        attempt.lock.describe(address_of(config))
    try:
        serve(site, config.port, config.threads, ready, attempt.web, attempt.let_nobody_in)
    except OSError as err:
        raise Refused("appliance.port_taken", port=config.port) from err
    finally:
        is_refused = (attempt.app is None and not attempt.is_first_run) or attempt.copy is not None
        attempt.stop()
        log.info("stopped")
    return is_refused


def say_refusal(err: Refused) -> Refused:
    """On a console nobody has chosen a language yet: both sentences. Returns it."""
    for language in i18n.LANGUAGES:
        print(i18n.refusal(err, language), file=sys.stderr)
    return err
