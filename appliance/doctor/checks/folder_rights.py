"""Who may read and write the data folder (文件夹权限)."""

import os
import stat

from appliance.doctor.finding import FAULT, NOTICE, OK, WARNING, Finding, Place, _
from appliance.startup import cloud_folders
from clinic_app.kernel import opening


def check(place: Place) -> Finding:
    """Nobody else writes it, and better nobody else reads it; no program copies it elsewhere.

    Who may enter it on Windows is not looked at, and that is said.
    """
    folder = place.config.data
    if product := cloud_folders.product_of(folder):
        return Finding(FAULT, _("数据文件夹在%(product)s的同步文件夹里。"), {"product": product})
    if os.name == "nt":
        return Finding(NOTICE, _("数据文件夹不在同步文件夹里；哪些账号能进，在 Windows 上没有查。"))
    paths = [path for path in (folder, folder / opening.DATABASE) if path.exists()]
    modes = [path.stat().st_mode for path in paths]
    if any(mode & (stat.S_IWGRP | stat.S_IWOTH) for mode in modes):
        return Finding(FAULT, _("别的账号能改数据文件夹。"))
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(WARNING, _("别的账号能看数据文件夹里有哪些文件。"))
    return Finding(OK, _("数据文件夹只有这个账号能进。"))
