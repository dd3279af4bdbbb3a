"""Days that are published, and hourly models that say what a test wants, so that a refresh takes no second."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from orchestration import now as module
from orchestration.window_models import WindowModels
from regimes import DailyMarts
from tests.regimes.hourly_windows import FLUSH, NOON, calendar_days, joined, window
from tests.regimes.synthetic_marts import quiet_day
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.marts import write_mart
from warehouse.now_database import now_database
from warehouse.publishing.release import Release, publish

HOUR = timedelta(hours=1)
NOW = NOON.replace(tzinfo=UTC) + timedelta(minutes=3)
Windows = dict[str, pl.DataFrame]


def publish_days(warehouse: Warehouse, now: datetime = NOW) -> Path:
    """A release with the calendar days before the windows, of BTC and ETH."""
    days = calendar_days("BTC", "ETH")
    latest = {
        "last_day": str(days.prices_daily["day"].max()),
        "market": "sample",
        "simulated": True,
        "assets": {one: {"data_status": "complete"} for one in ("BTC", "ETH")},
    }
    with build_database(warehouse.build) as connection:
        names = [field.name for field in fields(DailyMarts)]
        for name in names:
            write_mart(connection, name, getattr(days, name), name, {})
        return publish(connection, warehouse, Release(names, {"market": "sample"}, latest, True), now)


def scripted_models(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """What the hourly models say, for a test to change; no feed is asked."""
    said: Windows = {}

    def build(warehouse: Warehouse, models: WindowModels) -> None:
        del models
        with now_database(warehouse) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS intermediate")
            for name, frame in said.items():
                connection.register("frame", frame)
                table = f"intermediate.int_window_24h__{name.removesuffix('_24h_daily').removesuffix('_daily')}"
                connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM frame")

    monkeypatch.setattr(module, "build_windows", build)
    monkeypatch.setattr(module, "window_models", lambda warehouse: WindowModels(set()))
    monkeypatch.setattr(module, "READ_BACK", HOUR)
    said.update(joined(window(FLUSH), window(quiet_day(), asset="ETH")))
    return said
