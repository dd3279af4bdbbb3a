"""How far recorded feeds reach: by what was listened to, because a venue without an order is not late."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from ingest import tape
from ingest.catalogue import load_catalogue
from ingest.coverage import Part
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.market import Market
from ingest.windows import Window
from tests.warehouse.small_warehouse import RUN
from warehouse.feed_status import write_feed_status
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.refresh import Refresher
from warehouse.run_context import write_run_context

BINANCE, BYBIT, OKX = tape.EVENTS
NOON = datetime(2026, 1, 31, 12)
LANDED = datetime(2026, 2, 2, 5, tzinfo=UTC)
ORDER = pl.DataFrame({name: [None] for name in BINANCE.rows_schema()}, schema=BINANCE.rows_schema())


def land_ledger(landing: Landing, *entries: tuple[str, str, str, datetime, float], now: datetime = LANDED) -> None:
    """Entries of (venue, stream, kind, start, hours)."""
    rows = pl.DataFrame(
        [("run", *who, start, start + timedelta(hours=hours), None, None) for *who, start, hours in entries],
        schema=tape.LEDGER.rows_schema(),
        orient="row",
    )  # fmt: skip
    landing.write(tape.LEDGER, rows, [part(rows.height)], now)


def land_broken(landing: Landing, count: int, now: datetime) -> None:
    broken = pl.DataFrame({"symbol": ["s"] * count, "reason": ["r"] * count, "payload": ["<html>"] * count})
    landing.quarantine(BINANCE, broken, [part(count)], now)


def part(rows: int) -> Part:
    return Part("run", "stream", Window(LANDED, LANDED), rows)


def statuses(connection, landing: Landing) -> dict[str, tuple]:
    load_segments(connection, landing)
    write_run_context(connection, RUN, load_catalogue())
    write_feed_status(connection, load_catalogue(), RUN.calendar, RUN.now)
    found = connection.execute(
        "SELECT feed, first_day, last_day, present_rows_share, quarantined_count, pulled_at FROM marts.feed_status"
        " WHERE series = 'liquidation_tape'"
    ).fetchall()
    return {feed: rest for feed, *rest in found}


def test_a_warehouse_without_a_recorder_says_nothing_of_tapes(connection, landing):
    assert statuses(connection, landing) == {}


def test_a_tape_reaches_as_far_as_it_was_listened_to_in_each_of_its_streams(connection, landing):
    land_ledger(
        landing,
        ("recorder", "recorder", "clock", NOON, 0),
        ("bybit", "bybit-linear", "recorded", NOON, 1),
        ("bybit", "bybit-linear", "recorded", NOON + timedelta(days=1), 1),
        ("bybit", "bybit-inverse", "recorded", NOON, 1),
        ("okx", "okx", "refused", NOON, 0),
    )
    land_broken(landing, 2, LANDED)
    moment = LANDED.replace(tzinfo=None)
    found = statuses(connection, landing)
    assert found == {
        BYBIT.name: [date(2026, 1, 31), date(2026, 2, 1), pytest.approx(3 / (2 * 3)), 0, moment],
        OKX.name: [date(2026, 1, 31), None, 0.0, 0, moment],
        tape.LEDGER.name: [date(2026, 1, 31), date(2026, 2, 1), pytest.approx(3 / (3 * 3)), 0, moment],
    }


def test_what_landed_lately_is_counted_with_what_was_quarantined_of_that_feed(warehouse, connection, landing):
    create_tables(connection)
    connection.close()
    day = timedelta(days=1)
    land_ledger(landing, ("binance", "binance", "recorded", NOON, 1))
    land_broken(landing, 5, LANDED - 2 * day)
    land_broken(landing, 3, LANDED)
    catalogue = load_catalogue()
    session = MarketSession(Market.parse("http://127.0.0.1:9"), catalogue.hosts)
    refresher = Refresher(warehouse, catalogue, session, {})
    ledger, loaded = refresher.load_recorded(tape.LEDGER), refresher.load_recorded(BINANCE)
    assert (loaded.last_day_rows, loaded.last_day_quarantined, loaded.rows) == (0, 3, 0)
    assert loaded.recorded is not None
    assert (loaded.recorded.since, loaded.recorded.until) == (NOON, NOON + timedelta(hours=1))
    assert (ledger.last_day_rows, ledger.last_day_quarantined) == (1, 0)
    assert refresher.load_recorded(OKX).recorded is None


@pytest.mark.parametrize("listings", range(1, len(tape.FEEDS) + 1))
def test_a_claim_is_never_loaded_without_its_orders(connection, landing, monkeypatch, listings):
    """The recorder lands orders, then the ledger that claims them, and does not wait for who lists the folders."""
    for feed in tape.FEEDS:
        (landing.directory / feed.name).mkdir(parents=True)
    listed: list[str] = []
    really = os.listdir

    def landing_meanwhile(folder):
        found = really(folder)
        listed.append(folder)
        if len(listed) == listings:
            landing.write(BINANCE, ORDER, [part(1)], LANDED)
            land_ledger(landing, ("binance", "binance", "recorded", NOON, 1))
        return found

    monkeypatch.setattr(os, "listdir", landing_meanwhile)
    load_segments(connection, landing)
    assert len(listed) > listings
    claims = connection.execute("SELECT count(*) FROM raw.tape_coverage").fetchone()
    orders = connection.execute(f"SELECT count(*) FROM raw.{BINANCE.name}").fetchone()
    assert claims <= orders
    load_segments(connection, landing)
    assert connection.execute("SELECT count(*) FROM raw.tape_coverage").fetchone() == (1,), "the next run has both"
