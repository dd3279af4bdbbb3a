"""What latest.json says: the newest day of every asset, Bitcoin first, and null where nothing is known."""

import json
from datetime import UTC, date, datetime

import pytest

from tables.published.market import MARKET_BREADTH_DAILY
from tests.warehouse.small_warehouse import FIRST, LAST, NOW, RUN, make_marts
from warehouse.errors import NotPublished, WarehouseError
from warehouse.publishing.latest_json import FIGURES, FORMAT, LABEL, latest_document
from warehouse.publishing.release import Release, publish
from warehouse.reading import open_release, read_latest


def document(connection, *days, simulated=False):
    make_marts(connection, *days)
    return latest_document(connection, RUN, market="live", simulated=simulated, inputs="abc")


def test_it_tells_the_newest_day_of_every_asset_bitcoin_first(connection):
    said = document(
        connection,
        ("ADA", LAST, "calm", 0.5),
        ("BTC", FIRST, "calm", 1.0),
        ("BTC", LAST, "leverage_flush", -3.5),
        ("ETH", FIRST, "deleveraging", None),
    )
    assert list(said["assets"]) == ["BTC", "ADA", "ETH"]
    assert (said["asset"], said["day"], said["regime"]) == ("BTC", "2026-02-01", "leverage_flush")
    assert said["headline"]["return_pct"] == -3.5
    assert said["assets"]["ETH"]["day"] == "2026-01-30"
    assert {said[name] == said["assets"]["BTC"][name] for name in ("asset", "day", "headline", *LABEL)} == {True}


def test_it_has_the_fields_that_a_bot_relies_on(connection):
    said = document(connection, ("BTC", LAST, "calm", 1.0))
    assert set(said) == {
        "$schema", "format", "asset", "day", "without_reading", *LABEL, "headline", "venues", "market", "simulated",
        "published_at", "next_update_at", "first_day", "last_day", "unavailable_feeds", "feeds", "breadth", "assets",
        "inputs",
    }  # fmt: skip
    assert tuple(said["headline"]) == FIGURES
    assert (said["format"], said["market"], said["simulated"], said["inputs"]) == (FORMAT, "live", False, "abc")
    assert (said["first_day"], said["last_day"]) == ("2026-01-30", "2026-02-01")
    assert datetime.fromisoformat(said["published_at"]) == NOW
    assert said["confidence"] == 0.75


def test_an_asset_without_a_reading_of_the_last_day_has_its_last_one_and_says_why(connection):
    make_marts(connection, ("BTC", FIRST, "calm", 1.0), ("BTC", LAST, "insufficient_data", None))
    connection.execute(
        "UPDATE marts.regimes_daily SET data_status = 'insufficient', missing_inputs = ? WHERE day = ?",
        ["long_liquidations,short_liquidations,liquidations_baseline", LAST],
    )
    said = latest_document(connection, RUN, market="live", simulated=False, inputs="abc")
    assert (said["day"], said["regime"], said["last_day"]) == ("2026-01-30", "calm", "2026-02-01")
    assert said["without_reading"] == {
        "since": "2026-01-31",
        "missing_inputs": "long_liquidations,short_liquidations,liquidations_baseline",
        "text": "BTC has no reading since 2026-01-31: liquidations missing",
    }


def test_it_has_the_market_of_the_last_day(connection):
    make_marts(connection, ("BTC", LAST, "calm", 1.0))
    for day, flushed in ((FIRST, 0), (LAST, 2)):
        connection.execute(
            "INSERT INTO marts.market_breadth_daily BY NAME SELECT ? AS day, 3 AS read_count, ? AS flushed_count,"
            " NULL AS long_share",
            [day, flushed],
        )
        connection.execute("INSERT INTO marts.market_daily BY NAME SELECT ? AS day, 'Two of three.' AS sentence", [day])
    said = latest_document(connection, RUN, market="live", simulated=False, inputs="abc")["breadth"]
    assert (said["day"], said["sentence"], said["market_label"]) == ("2026-02-01", "Two of three.", None)
    assert (said["read_count"], said["flushed_count"], said["long_share"]) == (3, 2, None)
    assert set(said) == {"market_label", "sentence", *MARKET_BREADTH_DAILY.columns}


def test_before_any_labelled_day_there_is_no_market(connection):
    assert document(connection, ("BTC", LAST, "calm", 1.0))["breadth"] is None


def test_feeds_that_could_not_be_had_are_named(connection):
    said = document(connection, ("BTC", LAST, "calm", 1.0))
    assert said["unavailable_feeds"] == ["coinalyze_funding"]
    assert said["feeds"] == [
        {
            "feed": "coinalyze_funding", "last_day": "2026-01-31", "present_rows_share": 0.5, "row_count": 7,
            "quarantined_count": 1, "skipped": "no API key",
        }
    ]  # fmt: skip


def test_the_venues_behind_the_day_are_named_and_those_that_are_missing(connection):
    make_marts(connection, ("BTC", LAST, "calm", 1.0), ("ETH", LAST, "calm", 1.0))
    connection.executemany(
        "INSERT INTO marts.venue_coverage_daily VALUES (?, ?, ?, ?, ?, ?)",
        [
            ("BTC", "funding", LAST, "binance, okx", None, 1.0),
            ("BTC", "open_interest", LAST, "kraken", "binance, bybit", 0.25),
            ("BTC", "open_interest", FIRST, "binance, bybit, kraken", None, 1.0),
        ],
    )
    said = latest_document(connection, RUN, market="live", simulated=False, inputs="abc")
    assert said["venues"] == {
        "funding": {"reporting": ["binance", "okx"], "missing": [], "reporting_share": 1.0},
        "open_interest": {"reporting": ["kraken"], "missing": ["binance", "bybit"], "reporting_share": 0.25},
    }
    assert said["assets"]["ETH"]["venues"] == {}


@pytest.mark.parametrize("number", [None, float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_missing_or_none_is_null_never_zero(connection, number):
    said = document(connection, ("BTC", LAST, "insufficient_data", number))
    assert said["headline"]["return_pct"] is None
    json.dumps(said, allow_nan=False)


def test_without_any_day_it_still_says_what_was_asked(connection):
    said = document(connection)
    assert said["assets"] == {}
    assert "day" not in said
    assert said["last_day"] == "2026-02-01"


def test_the_market_that_is_simulated_says_so(connection):
    assert document(connection, ("BTC", LAST, "calm", 1.0), simulated=True)["simulated"] is True


# --- reading it back


def test_what_was_published_is_read_back(connection, warehouse):
    said = document(connection, ("BTC", LAST, "calm", 1.0))
    publish(connection, warehouse, Release(("regimes_daily",), {"market": "live"}, said, False), NOW)
    assert read_latest(warehouse) == said
    with open_release(warehouse) as opened:
        days = opened.select("SELECT day FROM regimes_daily WHERE asset = ?", ["BTC"])
    assert (opened.latest, days.rows()) == (said, [(date(2026, 2, 1),)])


def test_before_anything_is_published_there_is_none(warehouse):
    assert read_latest(warehouse) is None
    with pytest.raises(NotPublished, match=r"nothing is published .* run: leverage run"), open_release(warehouse):
        pytest.fail("opened")


@pytest.mark.parametrize("content", ["", "{", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(warehouse, content):
    warehouse.published.mkdir()
    path = warehouse.published / "latest.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WarehouseError, match=r"cannot read .*latest\.json"):
        read_latest(warehouse)


def test_the_moment_of_publishing_is_told_in_utc(connection):
    assert document(connection)["published_at"].endswith("+00:00")
    assert datetime.fromisoformat(document(connection)["published_at"]).tzinfo == UTC
