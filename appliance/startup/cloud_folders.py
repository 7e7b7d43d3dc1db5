"""Folders that a cloud program copies (网盘同步文件夹): no place for a database.

Such a program uploads the database and its log at different moments, puts an old one back after a conflict, and locks
files while it reads them: each of these loses or damages a clinic. It also sends patients' data to a stranger.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

NAMES = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "mobile documents": "iCloud",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "nutstore": "坚果云",
    "我的坚果云": "坚果云",
    "nutstore files": "坚果云",
    "baidunetdisk": "百度网盘",
    "baidusyncdisk": "百度网盘同步空间",
    "百度网盘": "百度网盘",
    "百度网盘同步空间": "百度网盘同步空间",
    "wps云盘": "WPS 云盘",
    "wpsdrive": "WPS 云盘",
    "微云同步助手": "腾讯微云",
    "weiyun": "腾讯微云",
    "阿里云盘": "阿里云盘",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "seafile": "Seafile",
    "pcloud drive": "pCloud",
}
MARKS = {
    ".dropbox": "Dropbox",
    ".stfolder": "Syncthing",
    ".owncloudsync.log": "ownCloud",
    ".nextcloudsync.log": "Nextcloud",
    ".seafile-data": "Seafile",
}
VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_COMPANY = re.compile(r"^(onedrive|dropbox|nextcloud|owncloud)\s*[-–(（]")  # "OneDrive - 县卫健局"


def product_of(folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """The cloud program that copies this folder, by the names of the folders above it and the marks in them; or ""."""
    whole = folder.expanduser().resolve()
    for place in (whole, *whole.parents):
        name = place.name.casefold().strip()
        if found := NAMES.get(name):
            return found
        if company := _COMPANY.match(name):
            return NAMES[company[1]]
        for mark, product in MARKS.items():
            if _is_there(place / mark):
                return product
    env = os.environ if environ is None else environ
    roots = [Path(env[name]).resolve() for name in VARIABLES if env.get(name)]
    return "OneDrive" if any(whole.is_relative_to(root) for root in roots) else ""


def _is_there(path: Path) -> bool:
    """A folder above that may not be read says nothing."""
    try:
        return path.exists()
    except OSError:
        return False
