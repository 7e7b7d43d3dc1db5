"""Words that a sheet may not hold instead of a use (用法, RX-11)."""

from clinic_app.kernel.errors import Refused

_AS_TOLD = frozenset({"遵医嘱", "按医嘱", "遵医嘱服用", "自用", "按说明", "按说明书", "同前", "as directed", "as told"})


def check_use(text: str, line: int) -> None:
    """A use is never "as told": Refused `consultation.use_as_told` naming the line."""
    if "".join(text.lower().strip(" 。.，,").split(" ")) in {one.replace(" ", "") for one in _AS_TOLD}:
        raise Refused("consultation.use_as_told", field="note", line=line)
