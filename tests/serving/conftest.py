"""What the tests of serving share: a small published market of two assets, and clients of the application over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from serving.app import application
from tables.published import PUBLISHED
from warehouse.label_history import as_of_macro
from warehouse.location import Warehouse
from warehouse.publishing.release import Release, publish

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 30)
NOW = datetime(2026, 1, 31, 6, tzinfo=UTC)
ASSETS = ("BTC", "ETH")
DAILY = ("readings", "regimes_daily", "regime_changes", "regime_revisions", "prices_daily")
EVIDENCE = "regime_evidence"
TABLES = (*DAILY, EVIDENCE, "regime_labels", "feed_status")
# A day of an asset: a flush on every seventh day, and one change a day.
DAY = """
SELECT asset, day::DATE AS day, if(day(day) % 7 = 0, 'leverage_flush', 'calm') AS label, label AS event,
    label AS regime, 'complete' AS data_status, 80000.0 + day(day) AS close_usd,
    if(day(day) = 1, 'nan'::DOUBLE, 0.5) AS funding_8h_bp, true AS is_final, true AS is_latest, false AS is_backfill,
    1 AS revision, day + INTERVAL 30 HOUR AS available_at, 'regime_change' AS kinds,
    asset || '/' || day::DATE || '/1' AS event_id
FROM (SELECT unnest(?::VARCHAR[]) AS asset) CROSS JOIN generate_series(?::TIMESTAMP, ?, INTERVAL 1 DAY) AS days (day)
"""


class Market:
    """A build database with the marts of two assets, from which releases are published."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.connection = duckdb.connect(warehouse.root / "build.duckdb")

    def fill(self) -> None:
        """The marts of thirty days."""
        self.connection.execute("CREATE SCHEMA marts")
        for name in TABLES:
            typed = ", ".join(f"{field.name} {field.sql_type}" for field in PUBLISHED[name].fields)
            self.connection.execute(f"CREATE TABLE marts.{name} ({typed})")
        self.add_days(FIRST, LAST)

    def add_days(self, first: date, last: date) -> None:
        """Days of both assets, each with two pieces of evidence."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE days AS {DAY}", [list(ASSETS), first, last])
        known = {name for name, *_ in self.connection.execute("DESCRIBE days").fetchall()}
        for table in (*DAILY, EVIDENCE):
            names = ", ".join(name for name in PUBLISHED[table].columns if name in known)
            ranks = ", label_rank, predicate" if table == EVIDENCE else ""
            evidence = "(VALUES (1, 'liquidation_spike'), (2, 'price_shock')) AS e (label_rank, predicate)"
            source = f"days CROSS JOIN {evidence}" if table == EVIDENCE else "days"
            self.connection.execute(f"INSERT INTO marts.{table} BY NAME SELECT {names}{ranks} FROM {source}")

    def publish(self, now: datetime = NOW, *more: str) -> Path:
        """A release of what is in the marts; all have the same last day. `more` are other marts."""
        (last,) = self.connection.execute("SELECT max(day) FROM marts.readings").fetchone() or (None,)
        assets = {asset: {"day": str(last)} for asset in ASSETS}
        latest = {"simulated": True, "first_day": str(FIRST), "last_day": str(last), "assets": assets}
        files = {"brief.html": "<!doctype html><title>brief</title>", "briefs/index.html": "<!doctype html>days"}
        about = {"market": "sample", "simulated": "true", "last_day": str(last)}
        release = Release((*TABLES, *more), about, latest, True, macros=(as_of_macro(),), files=files)
        return publish(self.connection, self.warehouse, release, now)

    def publish_next(self) -> Path:
        """A release with one more day."""
        (last,) = self.connection.execute("SELECT max(day) FROM marts.readings").fetchone() or (None,)
        day = last + timedelta(days=1)
        self.add_days(day, day)
        return self.publish(datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1))


@pytest.fixture(scope="session")
def served_market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    """One that is published once and not written to."""
    made = Market(Warehouse(tmp_path_factory.mktemp("served")))
    made.fill()
    made.publish()
    made.connection.execute("CHECKPOINT")
    return made


@pytest.fixture
def market(served_market: Market, tmp_path: Path) -> Market:
    """One of which nothing is published yet."""
    root = tmp_path / "a warehouse"
    root.mkdir()
    shutil.copy(served_market.warehouse.root / "build.duckdb", root)
    return Market(Warehouse(root))


@pytest.fixture(scope="session")
def client_of() -> Callable[..., TestClient]:
    def made(market: Market, **options: object) -> TestClient:
        app = application(market.warehouse.published, "1.2.3", **options)  # type: ignore[arg-type]
        return TestClient(app, base_url="http://localhost")

    return made


@pytest.fixture(scope="session")
def client(served_market: Market, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(served_market)
