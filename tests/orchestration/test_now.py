"""The running day is read beside everything else, once an hour, and never from less than its 24 hours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cli.main import app
from ingest.landing import Landing
from orchestration import now as module
from orchestration.now import Now, refresh_now
from tests.orchestration.scripted_models import HOUR, NOW, Windows, publish_days, scripted_models
from tests.regimes.hourly_windows import FLUSH, NOON, calendar_days, joined, window
from tests.regimes.synthetic_marts import quiet_day
from warehouse.connection import build_database
from warehouse.errors import NotPublished, WarehouseLocked
from warehouse.hourly_history import landed_readings
from warehouse.landing_damage import ALL_FOLDERS
from warehouse.location import Calendar, Warehouse
from warehouse.lock import pipeline_lock
from warehouse.publishing.checksums import damage_of
from warehouse.publishing.now_json import now_schema
from warehouse.publishing.release import mend
from warehouse.settings import Settings


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    found = Warehouse(tmp_path / "w")
    found.root.mkdir()
    found.claim("sample")
    days = calendar_days().prices_daily["day"]
    found.extend(Calendar(days.min(), days.max()))
    publish_days(found)
    return found


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Windows:
    return scripted_models(monkeypatch)


@pytest.fixture
def refresh(warehouse: Warehouse, models: Windows) -> Callable[..., Now]:
    def run(now: datetime = NOW) -> Now:
        return refresh_now(Settings(market="sample", warehouse=warehouse.root), now)

    return run


@pytest.fixture
def flush_an_hour_before(refresh: Callable[..., Now], models: Windows) -> None:
    """The hour before has been read, with the same flush."""
    before = joined(window(FLUSH, NOON - HOUR), window(quiet_day(), NOON - HOUR, asset="ETH"))
    models.update({name: pl.concat([models[name], frame]) for name, frame in before.items()})
    assert refresh(NOW - HOUR).new_events == 0


def invoke(warehouse: Warehouse, *arguments: str):
    return CliRunner().invoke(
        app,
        ["now", "--warehouse", str(warehouse.root), *arguments],
        env={"COLUMNS": "120", "LEVERAGE_MARKET": "sample"},
    )


def readings(warehouse: Warehouse) -> pl.DataFrame:
    with duckdb.connect() as connection:
        return landed_readings(connection, Landing(warehouse.landing))


@pytest.mark.usefixtures("flush_an_hour_before")
def test_an_hour_is_read_and_published_beside_the_release(refresh: Any, warehouse: Warehouse) -> None:
    release = warehouse.published.resolve()
    found = refresh()
    document = json.loads((warehouse.published / "now.json").read_text())
    assert document == found.document
    assert warehouse.published.resolve() == release
    assert list(document["assets"]) == ["BTC", "ETH"]
    assert document["assets"]["BTC"]["event"] == "leverage_flush"
    assert document["window_ended_at"] == "2023-05-02T12:00:00+00:00"
    assert [event["kind"] for event in document["events"]] == ["flush_begins"]
    assert "leverage flush hangs on" in document["assets"]["BTC"]["nearest_change"]
    Draft202012Validator(now_schema()).validate(document)
    described = json.loads((release / "schema" / "now.json").read_text())
    assert {name: described[name] for name in now_schema()} == now_schema()


def test_now_json_is_no_damage_and_outlives_a_release(refresh: Any, warehouse: Warehouse) -> None:
    refresh()
    before = (warehouse.published / "now.json").read_bytes()
    assert damage_of(warehouse.published.resolve()) is None
    later = publish_days(warehouse, NOW + HOUR)
    assert warehouse.published.resolve() == later
    assert (warehouse.published / "now.json").read_bytes() == before
    mend(warehouse)
    assert warehouse.published.resolve() == later


@pytest.mark.usefixtures("flush_an_hour_before")
def test_a_second_refresh_in_the_same_hour_reads_nothing_again(refresh: Any, warehouse: Warehouse) -> None:
    first = refresh()
    assert (first.new_readings, first.new_events) == (2, 1)
    again = refresh(NOW + timedelta(minutes=20))
    assert (again.new_readings, again.new_events) == (0, 0)
    assert again.document["assets"] == first.document["assets"]


def test_a_clock_that_was_set_back_reads_no_window_twice(refresh: Any, models: Windows, warehouse: Warehouse) -> None:
    refresh()
    back = refresh(NOW - HOUR)
    assert back.document["window_ended_at"] == "2023-05-02T11:00:00+00:00"
    assert back.document["assets"]["BTC"]["event"] == "insufficient_data"
    assert back.new_events == 0
    refresh()
    held = readings(warehouse)
    assert held.filter(pl.col("window_ended_at") == NOON)["revision"].to_list() == [1, 1]


def test_hours_and_assets_without_rows_have_no_label(
    refresh: Any,
    models: Windows,
    warehouse: Warehouse,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "READ_BACK", 2 * HOUR)
    for name in models:
        models[name] = models[name].filter(pl.col("asset") == "BTC")
    document = refresh().document
    assert document["assets"]["ETH"]["data_status"] == "insufficient"
    hours = readings(warehouse).filter(pl.col("asset") == "BTC").sort("window_ended_at")
    assert hours["event"].to_list() == ["insufficient_data", "leverage_flush"]
    ended = invoke(warehouse, "--now", NOW.isoformat())
    assert ended.exit_code == 4
    assert "ETH has no reading of the 24 hours up to 2023-05-02 12:00: it lacks ohlc" in capfd.readouterr().err


def test_an_hour_that_ends_at_midnight_is_read_although_a_later_day_is_there(refresh: Any, models: Windows) -> None:
    midnight = NOON - 36 * HOUR
    models.update(joined(window(FLUSH, midnight), window(quiet_day(), midnight, asset="ETH")))
    assert refresh(midnight.replace(tzinfo=UTC) + timedelta(minutes=3)).document["assets"]["BTC"]["event"] == (
        "leverage_flush"
    )


@pytest.mark.parametrize("lost", ["liquidations_daily", "open_interest_by_venue_daily", "funding_by_venue_daily"])
def test_a_venue_that_stops_within_the_day_leaves_no_label(lost: str, refresh: Any, models: Windows) -> None:
    models[lost] = models[lost].filter(pl.col("asset") != "BTC")
    assert refresh().document["assets"]["BTC"]["event"] == "insufficient_data"


def test_rows_that_come_late_are_a_new_revision(refresh: Any, models: Windows, warehouse: Warehouse) -> None:
    whole = dict(models)
    models["liquidations_daily"] = models["liquidations_daily"].filter(pl.col("asset") != "BTC")
    assert refresh().document["assets"]["BTC"]["event"] == "insufficient_data"
    models.update(whole)
    assert refresh(NOW + timedelta(minutes=30)).document["assets"]["BTC"]["event"] == "leverage_flush"
    held = readings(warehouse).filter((pl.col("asset") == "BTC") & (pl.col("window_ended_at") == NOON))
    assert held.select("revision", "event").rows() == [(1, "insufficient_data"), (2, "leverage_flush")]


def test_it_runs_beside_a_daily_run(refresh: Any, warehouse: Warehouse) -> None:
    with pipeline_lock(warehouse.lock), build_database(warehouse.build):
        assert refresh().new_readings == 2


def test_two_refreshes_at_once_are_one(refresh: Any, warehouse: Warehouse) -> None:
    with pipeline_lock(warehouse.now_lock), pytest.raises(WarehouseLocked, match="is writing to"):
        refresh()


def test_without_a_daily_run_it_says_what_to_do(
    tmp_path: Path, models: Windows, capfd: pytest.CaptureFixture[str]
) -> None:
    empty = Warehouse(tmp_path / "empty")
    with pytest.raises(NotPublished, match="run: leverage run, then leverage now"):
        refresh_now(Settings(market="sample", warehouse=empty.root), NOW)
    assert invoke(empty).exit_code == 1
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_a_lost_database_is_made_again_with_the_same_readings(refresh: Any, warehouse: Warehouse) -> None:
    first = refresh()
    warehouse.now_database.unlink()
    assert refresh().document == first.document
    assert not (warehouse.root / "damaged").exists()


@pytest.mark.usefixtures("flush_an_hour_before")
def test_the_terminal_has_one_line_per_asset_first(models: Windows, warehouse: Warehouse) -> None:
    said = invoke(warehouse, "--now", NOW.isoformat())
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[0].startswith("BTC 2023-05-02 12:00  leverage flush, confidence 0.")
    assert lines[1].startswith("ETH 2023-05-02 12:00  ")
    assert "flush begins" in said.output
    assert "5.3 x the usual day" in said.output
    only = invoke(warehouse, "--asset", "ETH", "--json", "--now", NOW.isoformat())
    assert list(json.loads(only.output)["assets"]) == ["ETH"]


def test_a_simulated_day_is_watched_hour_by_hour(
    models: Windows, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.now.SHOWN_SECONDS", 0.0)
    said = invoke(warehouse, "--watch", "--json", "--from-hour", str(NOON - HOUR), "--now", str(NOON))
    hours = [json.loads(line)["window_ended_at"][11:16] for line in said.output.splitlines() if line.startswith("{")]
    assert hours == ["11:00", "12:00"]
    landed = readings(warehouse).filter(pl.col("asset") == "BTC")
    assert {moment.minute for moment in landed["available_at"]} == {2}  # an hour's last settlement comes after it


@pytest.mark.parametrize(
    "options",
    [("--now", "noon"), ("--from-hour", "2023-05-01"), ("--watch", "--from-hour", "2023-05-03", "--now", "2023-05-02")],
)
def test_wrong_options_are_one_line(
    options: tuple[str, ...], models: Windows, warehouse: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    assert invoke(warehouse, *options).exit_code == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_what_was_published_within_the_day_is_in_the_folders_of_the_warehouse() -> None:
    assert {"readings_hourly", "events_hourly"} <= set(ALL_FOLDERS)
