"""Build steps for the languages; Babel is not needed at run time.

`python -m appliance.messages` compiles every .po of `locales/` to .mo (`make messages`); with `refusals` it writes the
table of refusal codes, for people who are told a code on the telephone.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "locales"
REFUSALS = ROOT / "clinic_app" / "REFUSALS.md"
HEADING = """# Refusal codes

The small second line under a refusal is its code. Each means that nothing was changed. Written by
`python -m appliance.messages refusals` from the catalogues in `locales/`.

| code | 中文 | English |
|---|---|---|
"""


def compile_all(locales: Path) -> int:
    """Compile what is newer than its .mo; an empty translation is left out, so the Chinese source shows."""
    done = 0
    for po in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, abort_invalid=True)
        with mo.open("wb") as target:
            write_mo(target, catalogue)
        done += 1
    return done


def refusal_table(locales: Path) -> str:
    """Every refusal code with its sentence in both languages, as a Markdown page."""
    chinese, english = (_sentences(locales / language / "LC_MESSAGES") for language in ("zh_CN", "en"))
    rows = [
        f"| `{code}` | {_cell(text)} | {_cell(english.get(code, ''))} |\n" for code, text in sorted(chinese.items())
    ]
    return HEADING + "".join(rows)


def _sentences(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if message.context == "refusal" and isinstance(message.id, str) and isinstance(message.string, str):
                    found[message.id] = message.string
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    if sys.argv[1:] == ["refusals"]:
        REFUSALS.write_text(refusal_table(LOCALES), "utf-8")
    else:
        compile_all(LOCALES)
