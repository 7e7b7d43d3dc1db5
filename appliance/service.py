"""`clinic service install | uninstall | status`: the server starts with the PC (开机自启), by systemd.

Root installs it for the whole PC, run by the owner of the data folder; anybody else for the own account, which then may
run while nobody is logged in (linger).
"""

import getpass
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from appliance.upgrade import program_home
from clinic_app.config import OPTIONS, Config
from clinic_app.kernel.errors import Refused

UNIT = "xiangyi.service"
PORT = next(option.default for option in OPTIONS if option.name == "port")
STOP_SECONDS = 120
"""More than the worst sum: requests 9 s, relay 20, papers 15, backup 12, upkeep 15, checks 15, the log moved home."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the unit lies and how systemctl is asked; `account` runs it where it is the whole PC's."""

    folder: Path
    systemctl: tuple[str, ...]
    account: str

    @property
    def file(self) -> Path:
        return self.folder / UNIT


def unit_text(config: Config, place: Place, program: str = sys.executable) -> str:
    """The unit. A disk that holds the data is waited for: without it an empty folder would be there instead.

    In a home the launcher is started: it finds the version, also after the next upgrade. Only the server is asked to
    end: it ends its relay when the last answer is out. The system's own folders are closed to it, and no others: a
    stick for backups appears in /media, /mnt or wherever somebody mounts it.
    """
    data = config.data.resolve()
    whole_pc = f"User={place.account}\n" if place.account else ""
    target = "multi-user.target" if place.account else "default.target"
    home = program_home.of_running()
    folder = home.folder if home else program_home.ROOT
    starts = _argument(home.folder / program_home.LAUNCHER) if home else "-m appliance"
    port = "" if config.port == PORT else f"Environment=CLINIC_PORT={config.port}\n"
    written = " ".join(_quoted(path) for path in (data, *([folder] if home else [])))
    protect = f"ProtectSystem=full\nReadWritePaths={written}\nPrivateTmp=yes\nProtectHome=read-only\n"
    return f"""[Unit]
Description=Xiangyi clinic server
Documentation=http://127.0.0.1:{config.port}/
RequiresMountsFor={_quoted(data)}
StartLimitIntervalSec=0

[Service]
Type=simple
{whole_pc}{port}WorkingDirectory={str(folder).replace("%", "%%")}
ExecStart={_argument(program)} {starts} --data {_argument(data)} run
Restart=on-failure
RestartPreventExitStatus=2 73
RestartSec=5
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec={STOP_SECONDS}
UMask=0077
NoNewPrivileges=yes
{protect if place.account and not _is_below_home(data) else ""}
[Install]
WantedBy={target}
"""


def act(config: Config, action: str, *, dry_run: bool = False) -> int:
    """Install, take away or ask; Refused where the PC has no systemd or something is missing.

    A dry run shows the unit and where it would lie, and does nothing.
    """
    place = _place(config)
    if dry_run and action == "install":
        print(f"# {place.file}\n{unit_text(config, place)}", end="")
        return 0
    return {"install": _install, "uninstall": _uninstall, "status": _status}[action](config, place)


def _place(config: Config) -> Place:
    if os.name == "nt" or not shutil.which("systemctl"):
        raise Refused("appliance.no_systemd")
    if os.geteuid() == 0:
        import pwd  # Windows has none

        owner = pwd.getpwuid(config.data.stat().st_uid).pw_name if config.data.exists() else "root"
        return Place(Path("/etc/systemd/system"), ("systemctl",), owner)
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Place(home / "systemd" / "user", ("systemctl", "--user"), "")


def _install(config: Config, place: Place) -> int:
    if not config.data.exists():
        raise Refused("appliance.service_no_folder", folder=str(config.data))
    place.folder.mkdir(parents=True, exist_ok=True)
    former = place.file.read_text("utf-8") if place.file.exists() else None
    place.file.write_text(unit_text(config, place), "utf-8")
    try:
        _ask(place, "daemon-reload")
        _ask(place, "enable", "--now", UNIT)
    except Refused:  # what was not installed is not left lying there
        if former is None:
            place.file.unlink()
        else:
            place.file.write_text(former, "utf-8")
        raise
    if not place.account and shutil.which("loginctl"):
        subprocess.run(["loginctl", "enable-linger", getpass.getuser()], check=False)
    print(f"{place.file}\n开机自动启动。 / The server starts with this PC: http://127.0.0.1:{config.port}/")
    return 0


def _uninstall(_config: Config, place: Place) -> int:
    if not place.file.exists():
        raise Refused("appliance.service_absent", file=str(place.file))
    try:
        _ask(place, "disable", "--now", UNIT)
    finally:  # where systemd does not answer, the file goes all the same: the next start of the PC finds none
        for link in place.folder.glob(f"*.wants/{UNIT}"):
            link.unlink()
        place.file.unlink()
    _ask(place, "daemon-reload")
    print("不再自动启动；数据没有动。 / It no longer starts by itself; the data was not touched.")
    return 0


def _status(_config: Config, place: Place) -> int:
    if not place.file.exists():
        raise Refused("appliance.service_absent", file=str(place.file))
    print(f"装了 / installed: {place.file}", flush=True)
    done = subprocess.run(
        [*place.systemctl, "--no-pager", "status", UNIT], capture_output=True, text=True, check=False
    )
    if done.returncode and not done.stdout.strip():  # no answer at all: the bus, not the server
        raise Refused("appliance.systemd_failed", words="status", said=_said(done.stderr))
    print(done.stdout, end="")
    return done.returncode


def _ask(place: Place, *words: str) -> None:
    done = subprocess.run([*place.systemctl, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused("appliance.systemd_failed", words=" ".join(words), said=_said(done.stderr))


def _said(text: str) -> str:
    return (text.strip().splitlines() or ["?"])[0][:120]


def _quoted(path: Path | str) -> str:
    """As systemd reads it: spaces kept together, percent signs no specifiers."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if any(char.isspace() for char in text) else text


def _argument(path: Path | str) -> str:
    """In a command line a dollar sign would begin a variable."""
    return _quoted(path).replace("$", "$$")


def _is_below_home(path: Path) -> bool:
    return any(path.is_relative_to(home) for home in (Path("/home"), Path("/root")))
