"""What a package says of itself (升级包清单): which program, how new, and every file with its size and SHA-256."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from clinic_app.kernel.errors import Refused

FORMAT = 1
PRODUCT = "xiangyi"
ANY = "any"
PROGRAM, WHEELS = "program/", "wheels/"
LARGEST = 1 << 30  # of all files together
MOST_FILES = 20_000
LONGEST_NAME, LONGEST_PART = 200, 100
OWN = ("manifest.json", "manifest.sig", "site")  # what an installation itself puts beside the program
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.]{0,30}")
SHA256 = re.compile(r"[0-9a-f]{64}")
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`counter` grows with every release; below `least` nothing is installed any more. `made`, `expires` in ms UTC.

    `schema` names the newest step of each subject, `requirements` is the SHA-256 of the list of libraries.
    """

    format: int
    product: str
    version: str
    counter: int
    least: int
    platform: str
    made: int
    expires: int | None
    requirements: str
    schema: dict[str, str]
    files: tuple[File, ...]

    @property
    def name(self) -> str:
        """Of its folder in a home."""
        return f"{self.version}-{self.counter}"

    @property
    def has_wheels(self) -> bool:
        return any(one.path.startswith(WHEELS) for one in self.files)

    def encoded(self) -> bytes:
        """The one text of these facts; what is signed."""
        told = asdict(self) | {"files": [[one.path, one.size, one.sha256] for one in self.files]}
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def parse(text: bytes) -> Manifest:
    """Refused `package.newer_format`, `package.format`, `package.name` (a file's), `package.too_large`."""
    try:
        told = json.loads(text.decode())
        if told["format"] != FORMAT:
            raise Refused("package.newer_format", found=str(told["format"])[:20])
        files = tuple(File(*row) for row in told.pop("files"))
        found = Manifest(files=files, **told)
        if not _is_well_formed(found):
            raise ValueError("facts")
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise Refused("package.format") from err
    for one in files:
        if is_bad_name(one.path):
            raise Refused("package.name", name=one.path[:80])
    if twin := twin_name([one.path for one in files]):
        raise Refused("package.name", name=twin[:80])
    size = sum(one.size for one in files)
    if size > LARGEST or len(files) > MOST_FILES:
        raise Refused("package.too_large", most=LARGEST >> 20)
    return found


def _is_well_formed(found: Manifest) -> bool:
    texts = (found.product, found.version, found.platform, found.requirements)
    numbers = (found.counter, found.least, found.made, found.expires or 0)
    return (
        all(isinstance(one, str) for one in texts) and all(isinstance(one, int) for one in numbers)
        and bool(VERSION.fullmatch(found.version) and SHA256.fullmatch(found.requirements))
        and 0 <= found.least <= found.counter and found.counter > 0
        and isinstance(found.schema, dict) and all(isinstance(step, str) for step in found.schema.values())
        and all(_is_file(one) for one in found.files)
    )  # fmt: skip


def _is_file(one: File) -> bool:
    sized = isinstance(one.size, int) and one.size >= 0
    return isinstance(one.path, str) and sized and bool(SHA256.fullmatch(one.sha256))


def is_bad_name(path: str) -> bool:
    """Whether a name could leave its folder, or means something else on another system."""
    if not path.startswith((PROGRAM, WHEELS)) or len(path) > LONGEST_NAME or unicodedata.normalize("NFC", path) != path:
        return True
    parts = path.split("/")
    if path.startswith(PROGRAM) and parts[1].casefold() in OWN:
        return True
    return FORBIDDEN.search(path) is not None or any(
        not part or len(part.encode("utf-8", "replace")) > LONGEST_PART or part[-1] in ". "
        or RESERVED.fullmatch(part.split(".")[0].rstrip())
        for part in parts
    )  # fmt: skip


def twin_name(paths: Iterable[str]) -> str:
    """A name that is there twice, or differs by its case alone, or is a file and a folder; "" without."""
    files: set[str] = set()
    folders: dict[str, str] = {}
    for path in paths:
        folded = path.casefold()
        above = [path[:at] for at, char in enumerate(path) if char == "/"]
        if folded in files or folded in folders or any(one.casefold() in files for one in above):
            return path
        if any(folders.setdefault(one.casefold(), one) != one for one in above):
            return path
        files.add(folded)
    return ""
