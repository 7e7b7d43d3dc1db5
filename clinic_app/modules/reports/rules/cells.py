"""What a cell of an exported table holds: never something that a spreadsheet takes for a formula."""

from dataclasses import dataclass

from clinic_app.kernel.money import yuan

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a table: `1,234.50` on a page, a bare number that a spreadsheet can add up in a file."""

    fen: int

    def __str__(self) -> str:
        return yuan(self.fen)


def safe_cell(value: str | int | Amount | None) -> str | int:
    """A number or an amount as it is; a text that could begin a formula gets an apostrophe before it, as OWASP advises.

    Control characters, which no spreadsheet shows, become spaces.
    """
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, Amount):
        return f"{'-' if value.fen < 0 else ''}{abs(value.fen) // 100}.{abs(value.fen) % 100:02d}"
    text = "".join(character if character.isprintable() else " " for character in value)
    return "'" + text if value.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text
