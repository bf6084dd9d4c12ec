"""HR's dashboard and export over 200,000 enrolments: 10,000 officials × 20 courses in all 3,321 wards.

Times depend on the machine and its neighbours. Beside them stands what PostgreSQL alone needs for the same
lines (COPY of the same joins, without formatting), and the ratio to it.
"""

import json
import shutil
import tempfile
from typing import Any

from tests.bench import machine


def main() -> None:
    machine.need_postgresql()
    folder = tempfile.mkdtemp(prefix="lms-bench-")
    try:
        with machine.database("reports") as address:
            env = {"DATABASE_URL": address, "DATA_DIR": folder, "LOG_LEVEL": "WARNING", "DEBUG": ""}
            print("Filling a database …", flush=True)
            machine.run_python("tests.bench.figures", "fill", env=env)
            print("Measuring …", flush=True)
            report(machine.run_python("tests.bench.figures", "measure", env=env))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(found: dict[str, Any]) -> None:
    lines = [
        ("dashboard, one query over all wards", f"{found['dashboard_ms']} ms"),
        ("dashboard, table of 3,321 wards", f"{found['dashboard_table_ms']} ms"),
        ("dashboard, page from request to HTML", f"{found['dashboard_page_ms']} ms"),
        ("CSV, rows", f"{found['export_rows']:,}"),
        ("CSV, first byte", f"{found['export_first_byte_ms']} ms"),
        ("CSV, whole file", f"{found['export_s']} s ({found['export_mb']} MB)"),
        ("COPY of the same lines", f"{found['copy_s']} s"),
        ("CSV ÷ COPY", f"{found['export_ratio']}"),
        ("CSV, memory taken at most", f"{found['export_memory_mb']} MB"),
    ]
    width = max(len(name) for name, _value in lines)
    print()
    for name, value in lines:
        print(f"{name:<{width}}  {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
