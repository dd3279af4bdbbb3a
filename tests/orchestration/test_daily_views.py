"""A daily run leaves the views alone that follow new rows by themselves, and mends what somebody made of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.pipelines import SAMPLE_NEXT, copied, leverage

VIEWS = "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL"


@pytest.mark.slow
@pytest.mark.proof
def test_a_view_that_somebody_rebuilt_as_of_an_earlier_time_is_made_anew(sample: Path, tmp_path: Path) -> None:
    warehouse = copied(sample, tmp_path / "warehouse")
    with duckdb.connect(warehouse / "build.duckdb") as connection:
        before = connection.execute(VIEWS).fetchall()
        connection.execute("CREATE OR REPLACE VIEW staging.stg_binance__um_funding AS SELECT 1 AS nothing_of_it")

    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)

    assert ran.status == 0, ran.said
    with duckdb.connect(warehouse / "build.duckdb") as connection:
        assert connection.execute(VIEWS).fetchall() == before
