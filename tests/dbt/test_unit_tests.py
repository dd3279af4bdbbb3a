"""The unit tests that the models declare, each run by dbt; scheduled runs leave them out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
import yaml

from ingest.catalogue import load_catalogue
from orchestration.dbt_project import DBT_PROJECT
from tests.pipelines import dbt
from warehouse.connection import build_database
from warehouse.location import Calendar
from warehouse.raw_tables import create_tables
from warehouse.run_context import RunContext, write_run_context

DECLARED = sorted(
    test["name"]
    for file in (DBT_PROJECT / "models").rglob("*.yml")
    for test in yaml.safe_load(file.read_text()).get("unit_tests", [])
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Status and message of each, over models without rows: dbt reads the types of what a test leaves out from them."""
    directory = tmp_path_factory.mktemp("unit-tests")
    with build_database(directory / "build.duckdb") as connection:
        create_tables(connection)
        day = date(2026, 1, 1)
        write_run_context(
            connection, RunContext(datetime(2026, 1, 2, 6, tzinfo=UTC), Calendar(day, day)), load_catalogue()
        )
    target = directory / "target"
    ran = dbt(
        "build", "--quiet", "--empty", "--exclude-resource-type", "test", "--target-path", target, "--log-path", target,
        database=directory / "build.duckdb",
    )  # fmt: skip
    results = target / "run_results.json"
    assert results.exists(), ran.said
    return {
        result["unique_id"].split(".")[-1]: (result["status"], str(result["message"]))
        for result in json.loads(results.read_text())["results"]
        if result["unique_id"].startswith("unit_test.")
    }


@pytest.mark.parametrize("name", DECLARED)
def test_declared_unit_test_passes(name: str, outcomes: dict[str, tuple[str, str]]) -> None:
    status, message = outcomes[name]
    assert status == "pass", message
