"""`make bench BENCH="--quick"`: the real server over HTTP; progress on stderr, one JSON object as the last line."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import figures, report
from tests.bench.clinics import ROOT
from tests.bench.options import options
from tests.bench.phases import Run


def main(arguments: list[str]) -> int:
    """Exit code 1 when a visit failed: figures of failed visits are worth nothing."""
    found: dict[str, Any] = figures.empty()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        Run(options(arguments), Path(scratch), found, report.say).everything()
    report.table(found)
    text = json.dumps(found, ensure_ascii=False)
    (ROOT / "bench.json").write_text(text + "\n", "utf-8")
    print(text)
    return 1 if found["visit"]["errors"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
