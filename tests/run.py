"""`make test`: find or install Chromium, then run every test; says what it skipped."""

import os
import shutil
import subprocess
import sys

import pytest

PACKAGES = ("chromium", "fonts-wqy-microhei")


def have_chromium() -> bool:
    return bool(shutil.which("chromium"))


def install_chromium() -> None:
    """Where we may: root on a Debian-like system. Elsewhere the browser tests are skipped by name."""
    if have_chromium() or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    print("installing chromium for the browser tests ...", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=False, **quiet)


if __name__ == "__main__":
    install_chromium()
    if not have_chromium():
        print(
            "chromium is missing: browser tests are skipped (apt-get install chromium fonts-wqy-microhei)", flush=True
        )
    sys.exit(pytest.main(["-q", "--durations=12", "--numprocesses=auto", "--dist=worksteal", *sys.argv[1:]]))
