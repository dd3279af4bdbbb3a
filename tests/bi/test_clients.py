"""Who reads the marts with something older, or something else: each DuckDB from 1.2 on, polars, pandas, pyarrow.

`make clients` installs the clients beside the project, each in a directory of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines import PROJECT

CLIENTS = PROJECT / ".clients"
OWN = "the project's own"
DUCKDB = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1] + "/leverage.duckdb", read_only=True) as db:
    tables = [name for (name,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    rows = {t: len(db.execute(f'SELECT * FROM "{t}"').fetchall()) for t in tables}
print(json.dumps([duckdb.__version__, rows]))
"""
FRAMES = """
import json, pathlib, sys
import {module}
read = {read}
files = sorted(pathlib.Path(sys.argv[1], "parquet").glob("*.parquet"))
print(json.dumps([{module}.__version__, {{f.stem: len(read(f)) for f in files}}]))
"""
READERS = {
    "polars": FRAMES.format(module="polars", read="polars.read_parquet"),
    "pyarrow": FRAMES.format(module="pyarrow", read="__import__('pyarrow.parquet').parquet.read_table"),
    "pandas": FRAMES.format(module="pandas", read="pandas.read_parquet"),
}


def read_by(program: str, published: Path, client: str) -> tuple[str, dict[str, int]]:
    """The client's version, and how many rows it found in each table."""
    folder = CLIENTS / client
    if client != OWN and not folder.exists():
        pytest.skip(f"{client} is not installed; run: make clients")
    path = {"PYTHONPATH": str(folder)} if client != OWN else {}
    found = subprocess.run(
        [sys.executable, "-c", program, published],
        env={**{n: v for n, v in os.environ.items() if n != "PYTHONPATH"}, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    version, rows = json.loads(found.stdout)
    return version, rows


@pytest.fixture(scope="module")
def expected(sample: Path) -> dict[str, int]:
    """Rows of each table, by the client that wrote them."""
    return read_by(DUCKDB, sample / "published", OWN)[1]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.2", "1.4", "1.5"])
def test_an_older_duckdb_opens_the_file_and_reads_every_table(
    version: str, sample: Path, expected: dict[str, int]
) -> None:
    found, rows = read_by(DUCKDB, sample / "published", f"duckdb-{version}")
    assert found.startswith(version), "the older client was asked, not the project's own"
    assert rows == expected
    assert rows["regimes_daily"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("library", READERS)
def test_every_mart_is_read_from_its_parquet_file(library: str, sample: Path, expected: dict[str, int]) -> None:
    _, rows = read_by(READERS[library], sample / "published", "pandas" if library == "pandas" else OWN)
    assert rows == {name: count for name, count in expected.items() if name != "about"}
