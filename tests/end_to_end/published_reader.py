"""Consumers in processes of their own: each opens the published database in a loop and says what it saw.

    published_reader.py PUBLISHED STOP PAUSE

Reads until the file STOP exists and once more, with so many seconds between two looks, then prints JSON: opens, the
last days seen, and what was ever wrong. It knows no module of the project, only what a reader is promised. `watched`
starts some.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

READERS = 4
KEPT = 3  # releases that stay on disk: who has fallen further behind has to look at the link again


@contextmanager
def watched(warehouse: Path, stop: Path, pause: float) -> Iterator[list[dict]]:
    """Readers from before the block to after it, `pause` seconds between two looks; the list is what each saw."""
    command = [sys.executable, __file__, warehouse / "published", stop, str(pause)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    saw: list[dict] = []
    try:
        yield saw
    finally:
        stop.touch()
        saw += [json.loads(reader.communicate(timeout=60)[0]) for reader in readers]


def serial(release: Path) -> int:
    return int(release.name.rsplit("-", 1)[1])


def looked_at(database: Path) -> tuple[int, set[str]]:
    """Tables, and the last days of all tables with a row for every day; `about` speaks for them all."""
    with duckdb.connect(database, read_only=True, config={"threads": 1}) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        whole = [name for name in tables if name.endswith("_daily") and "_by_venue" not in name]
        days = " UNION ".join(f"SELECT max(day)::VARCHAR FROM {name}" for name in whole)
        found = connection.execute(f"{days} UNION SELECT setting FROM about WHERE name = 'last_day'").fetchall()
    return len(tables), {day for (day,) in found}


def main() -> None:
    """Loop, and report."""
    published, stop, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    opens, seen, sizes, wrong = 0, set(), set(), []
    is_last = False
    while not is_last and not wrong:
        is_last = stop.exists()  # a look begins after the end, so that the last release is seen
        release = published.resolve()
        try:
            # As most tools do, by the link; then one release whole, database and latest.json.
            for database in (published / "leverage.duckdb", release / "leverage.duckdb"):
                tables, days = looked_at(database)
                opens += 1
                sizes.add(tables)
                seen |= days
                if len(days) != 1:
                    wrong.append(f"{database}: last days {sorted(days)}")
            latest = json.loads((release / "latest.json").read_text())
            if {latest["last_day"], latest["day"]} != days:
                wrong.append(f"{release.name}: latest.json of {latest['day']}, tables of {sorted(days)}")
        except (OSError, duckdb.Error) as error:
            if serial(published.resolve()) - serial(release) < KEPT:
                wrong.append(f"{type(error).__name__}: {error}")
        if not is_last:
            time.sleep(pause)  # so that four of them leave something of two processors to the run
    if len(sizes) > 1:
        wrong.append(f"{sorted(sizes)} tables")
    print(json.dumps({"opens": opens, "days": sorted(seen), "wrong": wrong}))


if __name__ == "__main__":
    main()
