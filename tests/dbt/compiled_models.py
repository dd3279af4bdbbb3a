"""The project's models as dbt compiles them, run in a DuckDB of the test without dbt: an example costs SQL alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from ingest.catalogue import Catalogue, load_catalogue
from ingest.feeds import feed_named
from orchestration.dbt_project import DBT_PROJECT
from tests.pipelines import dbt
from warehouse.location import Calendar
from warehouse.raw_tables import create_tables
from warehouse.run_context import RunContext, write_run_context

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 4)
PRESENT = RunContext(datetime(2026, 1, 5, 6, tzinfo=UTC), Calendar(FIRST, LAST))

Row = Mapping[str, Any]


class CompiledModels:
    """A warehouse whose raw rows are replaced at will, and the models that `wanted` needs, in dbt's order."""

    def __init__(self, compiled: Path, folder: Path, wanted: Iterable[str]) -> None:
        """Over a copy in `folder` of what `compile_models` has made in `compiled`."""
        manifest = manifest_of(compiled)
        self._connection = duckdb.connect(shutil.copy(compiled / "build.duckdb", folder))
        self._wanted, self._filled = tuple(wanted), set[str]()
        self._models = _in_order(manifest["nodes"], [f"model.leverage.{name}" for name in self._wanted])
        self._tests = _tests_of(manifest["nodes"], {model["unique_id"] for model in self._models})
        for schema in ("facts", "staging", "intermediate", "marts"):
            self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for seed in (DBT_PROJECT / "seeds" / "facts").glob("*.csv"):
            self._connection.execute(f"CREATE TABLE facts.{seed.stem} AS FROM read_csv('{seed}')")

    def close(self) -> None:
        self._connection.close()

    def list_contracts(self, catalogue: Catalogue) -> None:
        """Let the models read what this catalogue lists, instead of the project's own."""
        write_run_context(self._connection, PRESENT, catalogue)

    def marts(self, segments: Iterable[tuple[str, list[Row]]]) -> dict[str, pl.DataFrame]:
        """The wanted models over raw tables that hold `segments`: a feed and its rows, fetched one after another."""
        segments = list(segments)
        for feed in {feed for feed, _ in segments} | self._filled:
            self._connection.execute(f"DELETE FROM raw.{feed}")
        self._filled = {feed for feed, _ in segments}
        for number, (feed, rows) in enumerate(segments):
            self._load(feed, rows, number)
        for model in self._models:
            kind = "VIEW" if model["config"]["materialized"] == "view" else "TABLE"
            self._connection.execute(f"CREATE OR REPLACE {kind} {model['relation_name']} AS {model['compiled_code']}")
        return {name: self._connection.sql(f"FROM marts.{name} ORDER BY ALL").pl() for name in self._wanted}

    def broken(self, severity: Literal["ERROR", "WARN"]) -> dict[str, pl.DataFrame]:
        """The rows that break a data test of this severity, by the name of the test."""
        tests = [test for test in self._tests if test["config"]["severity"].upper() == severity]
        found = {test["name"]: self._connection.sql(test["compiled_code"]).pl() for test in tests}
        return {name: rows for name, rows in found.items() if rows.height}

    def _load(self, feed: str, rows: list[Row], number: int) -> None:
        frame = pl.DataFrame(rows, schema_overrides=_schema(feed, rows), infer_schema_length=None)
        fetched = datetime(2026, 1, 5, 0, number // 60, number % 60)
        loaded = frame.with_columns(ingested_at=pl.lit(fetched), segment=pl.lit(f"{feed}-{number:04d}"))
        self._connection.register("loaded", loaded)
        self._connection.execute(f"INSERT INTO raw.{feed} BY NAME SELECT * FROM loaded")
        self._connection.unregister("loaded")


def _schema(feed: str, rows: list[Row]) -> dict[str, pl.DataType]:
    named = {name for row in rows for name in row}
    return {name: dtype for name, dtype in feed_named(feed).rows_schema().items() if name in named}


def compile_models(folder: Path) -> None:
    """Fill `folder` with a build database without rows and, in `target`, with the project as dbt compiles it there."""
    folder.mkdir()
    database, target = folder / "build.duckdb", folder / "target"
    with duckdb.connect(database) as connection:
        create_tables(connection)
        write_run_context(connection, PRESENT, load_catalogue())
    done = dbt("compile", "--quiet", "--target-path", target, "--log-path", target, database=database)
    assert done.status == 0, done.said


def manifest_of(compiled: Path) -> dict[str, Any]:
    """The manifest that `compile_models` has left in a folder."""
    return dict(json.loads((compiled / "target" / "manifest.json").read_text()))


def _in_order(nodes: dict[str, Any], wanted: list[str]) -> list[dict[str, Any]]:
    """The wanted models and what they rest on, each after what it rests on."""
    ordered: dict[str, dict[str, Any]] = {}

    def visit(name: str) -> None:
        node = nodes.get(name)
        if node is None or node["resource_type"] != "model" or name in ordered:
            return
        for parent in node["depends_on"]["nodes"]:
            visit(parent)
        ordered[name] = node

    for name in wanted:
        visit(name)
    return list(ordered.values())


def _tests_of(nodes: dict[str, Any], models: set[str]) -> list[dict[str, Any]]:
    """The data tests that need no model but these."""
    tests = [node for node in nodes.values() if node["resource_type"] == "test"]
    assert all(test["depends_on"]["nodes"] for test in tests)
    return [
        test for test in tests if all(n in models or not n.startswith("model.") for n in test["depends_on"]["nodes"])
    ]
