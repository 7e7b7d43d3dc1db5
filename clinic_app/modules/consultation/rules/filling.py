"""How a template or a phrase goes into a note (套用模板): it fills and adds, it never takes away what is written."""

from collections.abc import Mapping

ONE_LINE = ("attended", "chief_complaint", "onset")


def filled(written: Mapping[str, str], template: Mapping[str, str]) -> dict[str, str]:
    """`written` with the texts of a whole template in empty fields, and below what stands in the others.

    A field of one line that is written keeps its text; a text that is there already is not added again.
    """
    made = dict(written)
    for name, text in template.items():
        there = written.get(name, "")
        if not there.strip():
            made[name] = text
        elif name not in ONE_LINE and text and text not in there:
            made[name] = f"{there}\n{text}"
    return made


def with_phrase(there: str, phrase: str) -> str:
    """A field with a phrase (常用语) after what stands in it."""
    if not there.strip():
        return phrase
    return f"{there}{phrase}" if there[-1] in "，。；,;:：\n " else f"{there}；{phrase}"
