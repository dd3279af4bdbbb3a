"""What dbt compiles depends on the project alone, so that a run may repeat it over other rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.dbt.compiled_models import manifest_of

pytestmark = pytest.mark.slow


def test_the_sql_of_a_full_warehouse_is_that_of_an_empty_one(compiled: Path, sample: Path) -> None:
    with duckdb.connect(sample / "build.duckdb", read_only=True) as connection:
        built = dict(connection.execute("SELECT name, query FROM ops.compiled").fetchall())
    empty = {
        node["name"]: node["compiled_code"]
        for node in manifest_of(compiled)["nodes"].values()
        if "compiled_code" in node
    }
    assert len(built) > 150
    assert [name for name in built if empty[name] != built[name]] == []
