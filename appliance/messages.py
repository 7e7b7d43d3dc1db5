"""`make messages`: compile every .po of `locales/` to .mo; a build step, Babel is not needed at run time."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parents[1] / "locales"


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


if __name__ == "__main__":
    compile_all(LOCALES)
    sys.exit(0)
