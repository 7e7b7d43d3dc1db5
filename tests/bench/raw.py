"""The floor: the rows of the recorded visits as plain statements, on the product's schema, driver, cipher and triggers.

`python -m tests.bench.raw <folder> <rows.json> <visits>` prints CPU-ms a visit and visits a second.
"""

import json
import sys
import time
from pathlib import Path

from clinic_app.kernel import db, opening
from tests.bench import rows
from tests.bench.clinics import open_clinic

WARM_UP = 20


def main() -> int:
    folder, recording, count = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")), int(sys.argv[3])
    open_clinic(folder)
    transactions = rows.recorded(recording)
    copier = rows.Copier(rows.tables(db.connection()), transactions)
    copies = [
        [list(copier.statements(one, n)) for one in transactions] for n in range(1, count + WARM_UP + 1)
    ]
    for visit in copies[:WARM_UP]:
        _write(visit)
    began, cpu = time.perf_counter(), time.process_time()
    for visit in copies[WARM_UP:]:
        _write(visit)
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    written = [statement for one in copies[0] for statement in one]
    print(json.dumps({
        "cpu_ms": spent / count * 1000, "per_s": count / took, "transactions": len(copies[0]),
        "rows": len(written),
    }))  # fmt: skip
    opening.close_clinic()
    return 0


def _write(visit: list[list[tuple[str, rows.Row]]]) -> None:
    for statements in visit:
        with db.write_transaction() as conn:
            for sql, values in statements:
                conn.execute(sql, values)


if __name__ == "__main__":
    sys.exit(main())
