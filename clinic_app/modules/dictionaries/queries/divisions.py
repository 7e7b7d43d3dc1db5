"""Administrative divisions (行政区划): province, city, county, township."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.search import normal, prefix_range, spelled

NO_NAME_OF_ITS_OWN = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Names of the statistical office that no address carries."""
_MATCHING = """
SELECT d.code, d.name, a.name, b.name, c.name
FROM (SELECT code, min(key NOT IN (:typed, :spelled)) AS rank FROM division_key
    WHERE key >= :typed AND key < :below OR key >= :spelled AND key < :spelled_below GROUP BY code
    ORDER BY rank, length(code) DESC, code LIMIT :most) AS hit
JOIN division AS d ON d.code = hit.code
LEFT JOIN division AS a ON a.code = d.parent
LEFT JOIN division AS b ON b.code = a.parent
LEFT JOIN division AS c ON c.code = b.parent
ORDER BY hit.rank, d.level DESC, d.code
"""


@dataclass(frozen=True, slots=True)
class Division:
    """`level` 1 province, 2 city, 3 county, 4 township."""

    code: str
    parent: str | None
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class DivisionHit:
    """A division with its whole address line: `云岚省样北市青溪县青溪镇`."""

    code: str
    name: str
    path: str


def divisions_under(parent_code: str | None) -> list[Division]:
    """The divisions directly below one, or all provinces; in the order of their codes."""
    if parent_code is None:
        return db.read(Division, "SELECT code, parent, name, level FROM division WHERE parent IS NULL ORDER BY code")
    return db.read(
        Division, "SELECT code, parent, name, level FROM division WHERE parent = ? ORDER BY code", (parent_code,)
    )


def division_name(code: str) -> str:
    """The division's own name, or an empty text."""
    return db.value("SELECT name FROM division WHERE code = ?", (code,)) or ""


def division_path(code: str) -> str:
    """The whole address line of a division, province first; empty for an unknown code."""
    names: list[str] = []
    at: str | None = code
    while at is not None:
        found = db.row("SELECT parent, name FROM division WHERE code = ?", (at,))
        if found is None:
            break
        at = found[0]
        names.append(found[1])
    return _joined(names)


def divisions_matching(text: str, limit: int = 8) -> list[DivisionHit]:
    """Divisions whose name or pinyin initials begin so, whole names first, townships before counties."""
    typed, letters = normal(text), spelled(text)
    if not typed:
        return []
    found = db.rows(_MATCHING, {
        "typed": typed, "below": prefix_range(typed)[1],
        "spelled": letters, "spelled_below": prefix_range(letters)[1], "most": limit,
    })  # fmt: skip
    return [DivisionHit(code, name, _joined([name, *above])) for code, name, *above in found]


def _joined(names_upwards: list[str | None]) -> str:
    return "".join(name for name in reversed(names_upwards) if name and name not in NO_NAME_OF_ITS_OWN)
