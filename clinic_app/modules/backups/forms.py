"""What the page of the backups sends."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.errors import Invalid, Refused

LONGEST_PLACE = 300


@dataclass(frozen=True, slots=True)
class TargetForm:
    kind: str
    place: str
    name: str
    copy_no: int


def target(form: MultiDict[str, str]) -> TargetForm:
    """A place of copies: `place` chooses a volume, `folder` names one by hand. Raises Invalid by field."""
    volume, folder = form.get("place", "").strip(), form.get("folder", "").strip()
    name, copy_no = form.get("name", "").strip(), form.get("copy_no", "")
    wrong: dict[str, Refused] = {}
    if not volume and not folder:
        wrong["place"] = Refused("backups.no_place")
    if len(volume or folder) > LONGEST_PLACE or not (volume or folder or "x").isprintable():
        wrong["folder"] = Refused("backups.place_too_long")
    if not 1 <= len(name) <= 30 or not name.isprintable():
        wrong["name"] = Refused("backups.target_name")
    if copy_no not in ("2", "3"):
        wrong["copy_no"] = Refused("backups.copy_no")
    if wrong:
        raise Invalid(wrong)
    return TargetForm("volume" if volume else "folder", volume or folder, name, int(copy_no))
