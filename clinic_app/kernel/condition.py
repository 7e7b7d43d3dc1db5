"""What is unusual about this server (服务器状况) and stands as a band on every page until it is over."""

SAFE, READING, RESERVE_USED, SAFE_BY_HAND = "safe", "reading", "reserve_used", "safe_by_hand"
"""Safe mode: no devices and no sync; by hand: somebody asked for it. A readable copy: nothing can be written. The disk
is nearly full."""
_standing: set[str] = set()


def set_standing(name: str, holds: bool) -> None:
    """Say that a condition holds, or that it is over."""
    (_standing.add if holds else _standing.discard)(name)


def stands(name: str) -> bool:
    return name in _standing


def standing() -> frozenset[str]:
    return frozenset(_standing)


def clear() -> None:
    """Another clinic is opened by this process, or none."""
    _standing.clear()
