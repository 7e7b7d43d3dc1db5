"""Dictionary data in the language of the request: names and quantities."""

from clinic_app.kernel import i18n
from clinic_app.kernel.quantity import packs, packs_text


def is_source() -> bool:
    """Whether the request is in Chinese, the language of the dictionaries and of every paper."""
    return i18n.current() == i18n.SOURCE


def named(name: str, name_en: str) -> str:
    return name if is_source() or not name_en else name_en


def packs_in_source(quantity: int, pack_size: int, pack_unit: str, min_unit: str) -> str:
    """`3盒5粒` (QT-08)."""
    return packs_text(packs(quantity, pack_size, pack_unit, min_unit))


def packs_in_english(quantity: int, pack_size: int, pack_unit: str, min_unit: str) -> str:
    """`3 boxes 5 capsules`; zero parts are left out."""
    whole, loose = divmod(quantity, pack_size)
    parts = [(whole, pack_unit), (loose, min_unit)]
    return " ".join(f"{count} {_plural(unit, count)}" for count, unit in parts if count)


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return f"{word}es" if word.endswith(("x", "ch", "sh", "s")) else f"{word}s"
