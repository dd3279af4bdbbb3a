"""A model whose test fails: the run fails with one line that says which, and what is published stays as it was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.pipelines import SAMPLE_NEXT, copied, leverage


@pytest.mark.slow
@pytest.mark.proof
def test_a_failing_dbt_test_stops_the_release(sample: Path, tmp_path: Path) -> None:
    warehouse = copied(sample, tmp_path / "warehouse")
    with duckdb.connect(warehouse / "build.duckdb") as connection:  # a low above the close, past every schema
        connection.execute(
            "UPDATE raw.binance_spot_klines SET low = 2 * close WHERE interval = '1d' AND open_at = '2026-01-20'"
        )
    release = (warehouse / "published").resolve()

    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)

    assert ran.status == 1, ran.said
    (line,) = [line for line in ran.err.splitlines() if line.startswith("error")]
    assert "_holds" in line, "the test that failed is named"
    assert "Traceback" not in ran.said
    assert (warehouse / "published").resolve() == release
    assert ran.out == "", "no brief of a day that is not published"
