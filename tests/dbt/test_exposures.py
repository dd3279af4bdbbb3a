"""What the exposures say is read is what is read: by the dashboard's datasets, by the brief, for `latest.json`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from brief import READ_IF_THERE, REQUIRED
from orchestration.asset_defaults import OWNERS
from tests.pipelines import PROJECT
from warehouse.location import Calendar
from warehouse.publishing.latest_json import latest_document
from warehouse.run_context import RunContext

EXPOSURES = {
    exposure["name"]: exposure
    for exposure in yaml.safe_load((PROJECT / "dbt_project" / "models" / "exposures.yml").read_text())["exposures"]
}
OURS = ("leverage_dashboard", "daily_brief")  # what this project makes itself
PRESENT = RunContext(datetime(2026, 1, 28, 6, tzinfo=UTC), Calendar(date(2025, 11, 20), date(2026, 1, 27)))
RELEASED = {"about"}  # written with the release, which dbt does not know


def declared(name: str) -> set[str]:
    return {re.findall(r"'(\w+)'", reference)[-1] for reference in EXPOSURES[name]["depends_on"]}


def read_by(dataset: dict[str, Any]) -> set[str]:
    if not dataset.get("sql"):
        return {dataset["table_name"]}
    with duckdb.connect() as connection:
        (parsed,) = connection.execute("SELECT json_serialize_sql(?)", [dataset["sql"]]).fetchone()
    named_in_the_query = set(re.findall(r'"key":"(\w+)"', parsed))
    return set(re.findall(r'"type":"BASE_TABLE".*?"table_name":"(\w+)"', parsed)) - named_in_the_query


def test_the_dashboard_reads_what_its_datasets_read() -> None:
    files = (PROJECT / "bi" / "superset" / "bundle" / "datasets").glob("*/*.yaml")
    read = set().union(*(read_by(yaml.safe_load(file.read_text())) for file in files))
    assert declared("leverage_dashboard") == read - RELEASED


def test_the_brief_reads_its_tables() -> None:
    assert declared("daily_brief") == {*REQUIRED, *READ_IF_THERE}


@pytest.mark.slow
def test_bots_are_told_from_the_declared_tables_and_from_all_of_them(sample: Path) -> None:
    parquet = sample / "published" / "parquet"
    for missing in (None, *sorted(declared("trading_bots"))):
        with duckdb.connect() as connection:
            connection.execute("CREATE SCHEMA marts")
            for name in declared("trading_bots") - {missing}:
                connection.execute(f"CREATE VIEW marts.{name} AS SELECT * FROM '{parquet / name}.parquet'")
            if missing is None:
                assert told(connection)["assets"]["BTC"]["headline"]["close_usd"] > 0
            else:
                with pytest.raises(duckdb.CatalogException, match=missing):
                    told(connection)


def told(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return latest_document(connection, PRESENT, market="sample", simulated=True, inputs="any")


@pytest.mark.parametrize("name", OURS)
def test_what_is_made_here_has_the_owner_of_the_assets(name: str) -> None:
    assert [EXPOSURES[name]["owner"]["name"]] == OWNERS
