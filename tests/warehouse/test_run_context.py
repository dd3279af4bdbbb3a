"""What the models are told besides raw rows: days and instruments."""

from datetime import date, datetime, timedelta, timezone

from ingest.catalogue import load_catalogue
from tests.warehouse.small_warehouse import FIRST, LAST, NOW, RUN, SYMBOL
from warehouse.location import Calendar
from warehouse.run_context import RunContext, write_run_context


def test_the_window_is_one_row_with_the_present_in_utc(connection):
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    write_run_context(connection, RunContext(elsewhere, RUN.calendar), load_catalogue())
    later = Calendar(FIRST, LAST + timedelta(days=1))
    write_run_context(connection, RunContext(elsewhere, later), load_catalogue())
    found = connection.execute("SELECT first_day, last_day, now_at FROM ops.calendar_window").fetchall()
    assert found == [(FIRST, date(2026, 2, 2), datetime(2026, 2, 2, 6))]


def test_every_symbol_of_every_feed_is_listed_with_what_it_stands_for(connection):
    write_run_context(connection, RUN, load_catalogue())
    listed = connection.execute("SELECT * FROM ops.instruments").fetchall()
    assert ("coinalyze_open_interest", SYMBOL, "BTC", "binance", "BTCUSDT", "perpetual", "linear", 1.0) in listed
    assert (
        "coinalyze_open_interest",
        "BTCUSD_PERP.A",
        "BTC",
        "binance",
        "BTCUSD_PERP",
        "perpetual",
        "inverse",
        100.0,
    ) in listed
    assert ("coinmetrics_network", "btc", "BTC", None, None, "network", None, 1.0) in listed
    assert ("binance_spot_klines", "BTCUSDT", "BTC", "binance", "BTCUSDT", "spot", None, 1.0) in listed
    assert len(listed) == sum(map(len, load_catalogue().instruments.values()))
