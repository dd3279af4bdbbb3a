"""The JSON Schemas of a release: valid, versioned, and true of what the release holds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from regimes import load_parameters
from tables.published import PUBLISHED
from tests.warehouse.small_warehouse import LAST, RUN, make_marts
from warehouse.location import Calendar
from warehouse.publishing.latest_json import latest_document, next_final_at
from warehouse.publishing.schemas import latest_schema, schemas
from warehouse.run_context import RunContext

EVERY = schemas(list(PUBLISHED))


@pytest.mark.parametrize("name", EVERY)
def test_every_schema_is_valid_and_says_its_version(name: str) -> None:
    Draft202012Validator.check_schema(EVERY[name])
    assert EVERY[name]["$id"] == f"urn:leverage-warehouse:{metadata.version('leverage-warehouse')}:{name}"


def document(connection, *days):
    make_marts(connection, *days)
    return latest_document(connection, RUN, market="live", simulated=False, inputs="abc")


def test_latest_json_is_as_its_schema_says(connection) -> None:
    said = document(connection, ("BTC", LAST, "calm", 1.0), ("ETH", LAST, "calm", None))
    Draft202012Validator(latest_schema()).validate(said)


def test_latest_json_without_any_day_is_as_its_schema_says(connection) -> None:
    Draft202012Validator(latest_schema()).validate(document(connection))


@pytest.mark.parametrize("change", [{"format": 2}, {"confidence": "high"}, {"mood": "calm"}])
def test_another_document_is_refused(change: dict[str, object], connection) -> None:
    said = document(connection, ("BTC", LAST, "calm", 1.0))
    with pytest.raises(ValidationError):
        Draft202012Validator(latest_schema()).validate({**said, **change})


def test_latest_json_says_the_state_before_support_and_scenario(connection) -> None:
    make_marts(connection, ("BTC", LAST, "leverage_flush", 1.0))
    connection.execute(
        "UPDATE marts.regimes_daily SET previous_regime = 'calm', support_status = 'held', scenario = 'open'"
    )
    said = latest_document(connection, RUN, market="live", simulated=False, inputs="abc")
    assert (said["previous_regime"], said["support_status"], said["scenario"]) == ("calm", "held", "open")
    assert said["$schema"] == "schema/latest.json"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (time(0, 30), timedelta(0)),
        (time(5, 29), timedelta(0)),
        (time(5, 30), timedelta(days=1)),
        (time(9), timedelta(1)),
    ],
)
def test_the_next_update_is_when_the_next_day_becomes_final(now: time, due: timedelta) -> None:
    """05:30 on the day after; a provisional run before that waits for the same day."""
    last, after = date(2026, 2, 1), date(2026, 2, 2)
    run = RunContext(datetime.combine(after, now, UTC), Calendar(last, last))
    assert next_final_at(run) == datetime.combine(after, load_parameters().gate.final_at, UTC) + due


@pytest.mark.slow
def test_every_json_file_of_a_release_is_as_its_schema_says(sample: Path) -> None:
    folder = (sample / "published").resolve()
    files = [path for path in folder.rglob("*.json") if path.parent.name != "schema"]
    assert {path.name for path in files} >= {"latest.json", "pages.json"}
    for path in files:
        schema = json.loads((folder / "schema" / path.name).read_text())
        Draft202012Validator(schema).validate(json.loads(path.read_text()))
