"""Files that are damaged or gone: the next run says so in one line, and publishes what it would have without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.pipelines import Ran, built_once, copied, differing, leverage, published
from warehouse.location import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.proof]

DAYS = ("--from", "2026-01-25", "--now", "2026-01-28T06:00:00Z")
FEED = "binance_spot_klines"
REFETCH = f"restore it from a backup, or run: leverage run --refetch {FEED}"
WRITES_AND_DIES = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("SET checkpoint_threshold = '1GB'")
connection.execute("CREATE TABLE of_a_run_that_died AS SELECT range AS x FROM range(20_000)")
os._exit(0)
"""


def flip(path: Path, place: int) -> None:
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 0x10]))


def cut(path: Path) -> None:
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"\x00\x17\xfe" * (path.stat().st_size // 3 + 1))


def flip_in_table(warehouse: Warehouse, table: str) -> None:
    """Flip a bit in the first block of a table that every run reads."""
    with duckdb.connect(warehouse.build) as connection:
        query = f"SELECT max(block_id) FROM pragma_storage_info('{table}') WHERE persistent"
        (block,) = connection.execute(query).fetchone()
    flip(warehouse.build, 3 * 4096 + block * 262144 + 100)


def write_ahead_log(warehouse: Warehouse) -> Path:
    subprocess.run([sys.executable, "-c", WRITES_AND_DIES, str(warehouse.build)], check=True)
    return warehouse.build.with_name("build.duckdb.wal")


def log_without_database(warehouse: Warehouse) -> None:
    write_ahead_log(warehouse)
    warehouse.build.unlink()


def segment(warehouse: Warehouse) -> Path:
    return min((warehouse.landing / FEED).iterdir())


def page_of(path: Path) -> int:
    """The place of a byte in the first compressed page, after the magic number of zstd."""
    return path.read_bytes().index(b"\x28\xb5\x2f\xfd") + 12


def rebuilt_from(damage: Callable[[Path], None]) -> Callable[[Warehouse], None]:
    """Damage of a segment that is read again, because the build database is gone."""

    def apply(warehouse: Warehouse) -> None:
        damage(segment(warehouse))
        warehouse.build.unlink()
        shutil.rmtree(warehouse.releases)  # so that only the segment is amiss
        warehouse.published.unlink()

    return apply


Damage = Callable[[Warehouse], None]
# What is done, and how the line begins that the run then prints.
TABLE: dict[str, tuple[Damage, str]] = {
    "build: a bit of the header": (lambda w: flip(w.build, 4100), "build.duckdb is damaged"),
    "build: a bit of a table": (lambda w: flip_in_table(w, "raw.load_ledger"), "build.duckdb is damaged"),
    "build: cut": (lambda w: cut(w.build), "build.duckdb is damaged"),
    "build: empty": (lambda w: w.build.write_bytes(b""), "build.duckdb is damaged"),
    "build: garbage": (lambda w: garbage(w.build), "build.duckdb is damaged"),
    "build: gone": (lambda w: w.build.unlink(), "build.duckdb is gone"),
    "log: a bit": (lambda w: flip(write_ahead_log(w), 5000), "build.duckdb is damaged"),
    "log: without its database": (log_without_database, "build.duckdb is gone"),
    "dagster.yaml: cut": (lambda w: cut(w.dagster_home / "dagster.yaml"), "dagster/dagster.yaml is cut"),
    "dagster.yaml: garbage": (lambda w: garbage(w.dagster_home / "dagster.yaml"), "dagster/dagster.yaml is damaged"),
    "dagster runs: cut": (lambda w: cut(w.dagster_home / "history/runs.db"), "dagster/history/runs.db is damaged"),
    "dagster runs: gone": (
        lambda w: (w.dagster_home / "history/runs.db").unlink(),
        "dagster/history/runs.db is gone",
    ),
    "dagster events: cut": (
        lambda w: cut(w.dagster_home / "history/runs/index.db"),
        "dagster/history/runs/index.db is damaged",
    ),
    "dagster events: garbage": (
        lambda w: garbage(w.dagster_home / "history/runs/index.db"),
        "dagster/history/runs/index.db is damaged",
    ),
    "dagster schedules: garbage": (
        lambda w: garbage(w.dagster_home / "schedules/schedules.db"),
        "dagster/schedules/schedules.db is damaged",
    ),
    "release: latest.json cut": (lambda w: cut(w.published / "latest.json"), "releases/"),
    "release: latest.json gone": (lambda w: (w.published / "latest.json").unlink(), "releases/"),
    "release: a bit of Parquet": (lambda w: flip(w.published / "parquet/prices_daily.parquet", 200), "releases/"),
    "release: Parquet gone": (lambda w: (w.published / "parquet/regimes_daily.parquet").unlink(), "releases/"),
    "release: database cut": (lambda w: cut(w.published / "leverage.duckdb"), "releases/"),
    "release: gone": (lambda w: shutil.rmtree(w.published.resolve()), "releases/"),
    "release: link gone": (lambda w: w.published.unlink(), "published is gone"),
    "warehouse.json: cut": (lambda w: cut(w.marker), "warehouse.json is damaged"),
    "warehouse.json: gone": (lambda w: w.marker.unlink(), "warehouse.json is gone"),
    "segment: a bit": (lambda w: flip(segment(w), page_of(segment(w))), f"landing/{FEED}/"),
    "segment: gone": (lambda w: segment(w).unlink(), f"landing/{FEED}/"),
    "segment to load: a bit": (rebuilt_from(lambda path: flip(path, page_of(path))), f"landing/{FEED}/"),
    "segment to load: cut": (rebuilt_from(cut), f"landing/{FEED}/"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def build(target: Path) -> None:
        ran = leverage("run", "--warehouse", target, *DAYS)
        assert ran.status == 0, ran.said

    return built_once(tmp_path_factory, "three days", build)


def damage_lines(ran: Ran) -> list[str]:
    return [line.removeprefix("damage ") for line in ran.err.splitlines() if line.startswith("damage ")]


@pytest.mark.parametrize(("damage", "said"), TABLE.values(), ids=TABLE)
def test_a_run_mends_it_and_says_so_in_one_line(whole: Path, tmp_path: Path, damage: Damage, said: str) -> None:
    warehouse = Warehouse(copied(whole, tmp_path / "w"))
    damage(warehouse)
    ran = leverage("run", "--warehouse", warehouse.root, *DAYS)
    assert ran.status == 0, ran.said
    assert "Traceback" not in ran.said
    (line,) = damage_lines(ran)
    assert line.startswith(said)
    if said.startswith("landing/"):
        assert line.endswith(REFETCH)
    assert differing(published(warehouse.root), published(whole)) == []


def test_refetch_brings_a_damaged_segment_back(whole: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(copied(whole, tmp_path / "w"))
    damaged = segment(warehouse)
    before = len(list(damaged.parent.iterdir()))
    flip(damaged, page_of(damaged))
    named = leverage("run", "--warehouse", warehouse.root, *DAYS)
    assert (named.status, len(damage_lines(named))) == (0, 1), named.said
    again = leverage("run", "--warehouse", warehouse.root, "--refetch", FEED, *DAYS)
    assert again.status == 0, again.said
    assert len(list(damaged.parent.iterdir())) == before
    quiet = leverage("run", "--warehouse", warehouse.root, *DAYS)
    assert (quiet.status, damage_lines(quiet)) == (0, []), quiet.said
    assert differing(published(warehouse.root), published(whole)) == []
