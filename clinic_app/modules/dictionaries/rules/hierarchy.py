"""Trees of codes (层级): a parent that leads back to its own child would never end."""

from collections.abc import Mapping


def circle(parents: Mapping[str, str | None]) -> str | None:
    """A code that is its own ancestor, or None when every path ends."""
    sound: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in sound:
            if at in path:
                return at
            path.append(at)
            at = parents.get(at)
        sound.update(path)
    return None
