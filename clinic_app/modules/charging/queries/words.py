"""Dictionary data in the language of the request."""

from clinic_app.kernel import i18n


def is_source() -> bool:
    """Whether the request is in Chinese, the language of the dictionaries and of every paper."""
    return i18n.current() == i18n.SOURCE


def named(name: str, name_en: str) -> str:
    return name if is_source() or not name_en else name_en
