"""`clinic upgrade`: install a newer program from a package; what the last upgrade replaced, and back to it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from appliance import child_process
from appliance.backup.commands import Console
from appliance.backup.version import program_version
from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from appliance.upgrade import former, installing, on_a_copy, program_home, release_key
from appliance.upgrade.program_home import Home, Journal
from appliance.upgrade.settling import alone_in, settle
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import i18n, opening
from clinic_app.kernel.clock import SystemTime
from clinic_app.kernel.errors import Refused


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The arguments of `clinic upgrade`."""
    upgrade = commands.add_parser("upgrade", help="install a newer program from a package, or go back to the former")
    what = upgrade.add_mutually_exclusive_group()
    what.add_argument("--from", dest="package", metavar="FILE", help="a package, or a folder with packages")
    what.add_argument("--back", action="store_true", help="put the clinic of before the last upgrade back")
    what.add_argument("--bring-up", action="store_true", help=argparse.SUPPRESS)
    what.add_argument("--settle", action="store_true", help=argparse.SUPPRESS)
    upgrade.add_argument("--into", metavar="FOLDER", help="with --from: make a new folder for versions of the program")
    upgrade.set_defaults(handler=handle)


def handle(config: Config, given: argparse.Namespace) -> int:
    try:
        if given.package:
            return install(config, Path(given.package), Path(given.into) if given.into else None)
        if given.bring_up:
            return bring_up(config)
        if given.settle:
            return settle_here(config)
        return go_back(config) if given.back else tell(config)
    except Busy as err:
        print(f"先停服务器（{err}）。 / Stop the server first.", file=sys.stderr)
        return EXIT_SECOND_SERVER


def install(config: Config, package: Path, into: Path | None) -> int:
    """`--from`: the server must be stopped."""
    if not package.exists():
        raise Refused("package.unreadable", reason=str(package))
    registry.wire(config)
    done = installing.install(config, package, _home(into), release_key.trusted(), Console())
    release = done.release
    print(f"装好了 {release.version} / {release.version} is installed: {done.home.folder / release.name}")
    if release.expires is not None and release.expires < SystemTime().wall_ms():
        print("这个升级包过了有效期，可能已有更新的版本。 / The package is past its date; there may be a newer one.")
    if done.backup:
        print(f"升级前的备份 / backup of before: {done.backup}")
    if not done.is_new_home:
        print("启动服务器就是新版。 / Start the server: it is the new version.")
    else:
        print("以后这样启动，或在它下面运行 service install / from now on start it so, or run its service install:")
        starts = (sys.executable, done.home.folder / program_home.LAUNCHER, "--data", config.data.absolute(), "run")
        print("  " + " ".join(f'"{word}"' for word in starts))
    return 0


def _home(into: Path | None) -> Home:
    home = program_home.of_running()
    if into is None:
        if home is None:
            raise Refused("upgrade.not_packaged")
        return home
    if not program_home.may_be_home(into):
        raise Refused("upgrade.folder_taken", folder=str(into))
    return Home(into.absolute())


def bring_up(config: Config) -> int:
    """`--bring-up`, for the program that installs this one: on a copy, told in JSON lines."""
    try:
        lock = FolderLock(config.data)
        try:
            done = on_a_copy.bring_up(config, lambda step, at, of: child_process.say(step=step, done=at, of=of))
        finally:
            lock.release()
    except Busy as err:
        child_process.say(refused="upgrade.server_runs", facts={"who": str(err)})
        return EXIT_SECOND_SERVER
    except Refused as err:
        told = " / ".join(i18n.refusal(err, language) for language in i18n.LANGUAGES)
        child_process.say(refused=err.code, facts={**err.facts, "told": told})
        return 2
    except Exception as err:  # a step of the new schema that fails: its own words are what support needs
        child_process.say(refused="upgrade.failed_on_copy", facts={"why": f"{type(err).__name__}: {err}"[:400]})
        return 2
    child_process.say(result={"steps": list(done.steps) if done else []})
    return 0


def settle_here(config: Config) -> int:
    """`--settle`, for the launcher after a cut: which version it should start."""
    registry.wire(config)
    if home := program_home.of_running():
        try:
            with alone_in(home.folder):
                print(settle(home))
        except Refused as err:
            if err.code != "appliance.folder_unwritable":
                raise
            print(settle(home))  # a service that may not write there starts the right version all the same
    return 0


def tell(config: Config) -> int:
    """Name the clinic of before the last upgrade; works beside a running server and changes nothing."""
    home = program_home.of_running()
    if not home:
        print(f"程序 / program: {program_version()}   （源码，不是升级包装的 / a checkout, not from a package）")
    elif release := program_home.running():
        print(f"程序 / program: {release.version} ({release.counter})   {home.folder}")
        if home.former:
            print(f"  前一个 / former: {home.former}")
    found = former.newest(config.data)
    if found is None:
        print("没有升级前的库。 / There is no clinic of before an upgrade.")
        return 0
    print(f"升级前的库 / before the upgrade: {found.folder}")
    print(f"  升级做了 / the upgrade made: {', '.join(found.steps)}")
    with_former = ("", "") if home and home.former else ("用旧版程序", " with the former program")
    print(f"  停了服务器，{with_former[0]}运行 clinic upgrade --back 可以退回去（升级后没有新业务时）。")
    print(f"  Stop the server and run clinic upgrade --back{with_former[1]}, as long as no work was done since.")
    return 0


def go_back(config: Config) -> int:
    """Put it back; the server must be stopped."""
    registry.wire(config)
    home = program_home.of_running()
    if home and home.former:
        with alone_in(home.folder):
            return _go_back_in(home, config)
    aside = _with_lock(config.data, lambda: former.go_back(config.data))
    print(f"退回去了，升级后的库在 / the former clinic is back; the upgraded one lies in {aside}")
    print("用旧版程序启动；新版一启动又会升级。 / Start the former program: the newer one would upgrade it again.")
    return 0


@opening.telling_of_disk()
def _go_back_in(home: Home, config: Config) -> int:
    """Program and clinic together; where both versions have the same schema the program alone."""
    name, now = home.former, home.release(home.current)
    then = home.release(name)
    if now and then and now.schema != then.schema:
        home.begin(Journal(name, str(config.data.absolute()), is_back=True))
        try:
            aside = _with_lock(config.data, lambda: former.go_back(config.data))
        except BaseException:
            settle(home)
            raise
        print(f"退回去了，升级后的库在 / the former clinic is back; the upgraded one lies in {aside}")
    home.point_to(name, "")
    home.end()
    print(f"下次启动的是 / the next start is of: {name}")
    return 0


def _with_lock(data: Path, act: Callable[[], Path]) -> Path:
    lock = FolderLock(data)
    try:
        return act()
    finally:
        lock.release()
