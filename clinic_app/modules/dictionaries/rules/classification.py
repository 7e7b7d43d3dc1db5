"""Which invoice line (发票归类) an item probably belongs to: that of the items with the likest names (CFG-04)."""

from collections import Counter, defaultdict
from collections.abc import Iterable

_PIECE = 2


class Proposals:
    """Learns from classified names; `of` proposes, and nothing counts before a person has saved it."""

    def __init__(self, classified: Iterable[tuple[str, str]]):
        """`classified`: (name, category)."""
        self._seen: dict[str, Counter[str]] = defaultdict(Counter)
        for name, category in classified:
            for piece in _pieces(name):
                self._seen[piece][category] += 1

    def of(self, name: str) -> str | None:
        """The category whose names share most with this one; None when nothing is shared or two share as much."""
        weights: Counter[str] = Counter()
        for piece in _pieces(name):
            found = self._seen.get(piece)
            if found:
                total = found.total()
                for category, count in found.items():
                    weights[category] += count * 1_000 // total
        best = weights.most_common(2)
        if not best or (len(best) == 2 and best[0][1] == best[1][1]):
            return None
        return best[0][0]


def _pieces(name: str) -> set[str]:
    return {name[at : at + _PIECE] for at in range(len(name) - _PIECE + 1)}
