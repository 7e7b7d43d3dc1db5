"""What a person typed into a search field, as bounds of the key tables."""

from clinic_app.kernel.search import normal, prefix_range, spelled


def typed_bounds(text: str) -> dict[str, str]:
    """`typed` to `below` for names, initials and codes; `spelled` to `spelled_below` for full pinyin, empty without."""
    typed, letters = normal(text), spelled(text)
    return {
        "typed": typed, "below": prefix_range(typed)[1],
        "spelled": letters, "spelled_below": prefix_range(letters)[1],
    }  # fmt: skip
