"""What a cell of an exported table holds: never something that a spreadsheet takes for a formula."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: str | int | None) -> str | int:
    """A number as it is; a text that could begin a formula gets an apostrophe before it, as OWASP advises.

    Control characters, which no spreadsheet shows, become spaces.
    """
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = "".join(character if character.isprintable() else " " for character in value)
    return "'" + text if value.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text
