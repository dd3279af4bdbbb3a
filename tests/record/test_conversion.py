"""From a write-ahead file to segments: sizes, sides, duplicates, quarantine, and the same file twice."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.venues.binance import stream as binance
from ingest.venues.bybit import stream as bybit
from record.conversion import convert
from record.ledger import Entry
from record.wal import Message, WriteAhead
from tests.record import venue_server as frames
from tests.record.turned_clock import NOON

MS = round(NOON.timestamp() * 1000)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(tmp_path / "landing")


def written(folder: Path, *lines: Message | Entry) -> Path:
    file = WriteAhead(folder, "run")
    for line in lines:
        if isinstance(line, Message):
            assert file.append(line)
        else:
            file.note(line)
    asyncio.run(file.sync())
    path = file.path
    file.close()
    return path


def heard(stream: str, frame: str, seconds: float = 0.0) -> Message:
    return Message(stream, NOON + timedelta(seconds=seconds), frame)


def landed(landing: Landing, feed: str) -> pl.DataFrame:
    files = sorted((landing.directory / feed).glob("*.parquet"))
    return pl.concat([pl.read_parquet(file) for file in files]) if files else pl.DataFrame()


def test_contracts_become_coins_and_usd_by_what_one_contract_counts(tmp_path, landing, streams):
    path = written(
        tmp_path,
        heard("binance", frames.binance_frame(MS, size="0.5")),
        heard("binance", frames.binance_frame(MS, symbol="BTCUSD_PERP", side="BUY", size="8")),
        heard("bybit-linear", frames.bybit_frame(frames.bybit_liquidation(MS, size="0.25"))),
        heard("bybit-inverse", frames.bybit_frame(frames.bybit_liquidation(MS, symbol="BTCUSD", size="1590"))),
        heard("okx", frames.okx_frame(MS, size="40.5")),
        heard("okx", frames.okx_frame(MS, symbol="BTC-USD-SWAP", size="79")),
    )
    assert convert(path, streams, landing, LATER).events == 6
    tapes = pl.concat(landed(landing, f"{v}_liquidation_tape") for v in ("binance", "bybit", "okx"))
    found = {
        symbol: (contracts, coin, usd, kind)
        for symbol, contracts, coin, usd, kind in tapes.select(
            "symbol", "quantity_contracts", "quantity_coin", "quantity_usd", "price_kind"
        ).iter_rows()
    }
    assert found == {
        "BTCUSDT": (0.25, 0.25, 0.25 * 79500, "bankruptcy"),
        "BTCUSD_PERP": (8, 800 / 80000, 800, "average_fill"),
        "BTCUSD": (1590, 1590 / 79500, 1590, "bankruptcy"),
        "BTC-USDT-SWAP": (40.5, 0.405, 0.405 * 79000, "bankruptcy"),
        "BTC-USD-SWAP": (79, 7900 / 79000, 7900, "bankruptcy"),
    }
    linear = landed(landing, "binance_liquidation_tape").filter(pl.col("symbol") == "BTCUSDT").row(0, named=True)
    assert (linear["quantity_usd"], linear["position_side"], linear["venue_at"]) == (
        40000,
        "long",
        NOON.replace(tzinfo=None),
    )
    assert json.loads(linear["message"])["data"]["o"]["z"] == "0.5"


def test_a_replay_of_the_recorded_messages_gives_their_hourly_totals(tmp_path, landing, api_samples):
    linear, inverse, all_sides = (
        (api_samples / name).read_text()
        for name in ("binance/ws_forceOrder_um.json", "binance/ws_forceOrder_cm.json", "bybit/ws_allLiquidation.json")
    )
    contracts = [
        Instrument("BTCUSDT", "BTC", "perpetual", "binance", "BTCUSDT", "linear", 1),
        Instrument("BTCUSD_200925", "BTC", "perpetual", "binance", "BTCUSD_200925", "inverse", 100),
    ]
    other = [Instrument("PIPPINUSDT", "PIPPIN", "perpetual", "bybit", "PIPPINUSDT", "linear", 1)]
    path = written(
        tmp_path,
        *(heard("binance", frame) for frame in (linear, inverse, linear)),
        heard("bybit-linear", all_sides),
    )
    convert(path, [*binance.streams(contracts), *bybit.streams(other)], landing, LATER)
    tapes = pl.concat(landed(landing, f"{v}_liquidation_tape") for v in ("binance", "bybit"))
    hourly = tapes.group_by(pl.col("venue_at").dt.truncate("1h").alias("hour_at"), "symbol", "position_side").agg(
        pl.col("quantity_coin").sum(), pl.col("quantity_usd").sum(), pl.len().alias("orders")
    )
    by_symbol = {row["symbol"]: row for row in hourly.iter_rows(named=True)}
    um, cm = (json.loads(frame) for frame in (linear, inverse))
    (position,) = json.loads(all_sides)["data"]
    coins_of = {
        "BTCUSDT": (um["o"]["T"], "long", float(um["o"]["z"]), float(um["o"]["z"]) * float(um["o"]["ap"])),
        "BTCUSD_200925": (
            cm["data"]["o"]["T"],
            "long",
            100 * int(cm["data"]["o"]["z"]) / float(cm["data"]["o"]["ap"]),
            100 * int(cm["data"]["o"]["z"]),
        ),
        "PIPPINUSDT": (position["T"], "short", float(position["v"]), float(position["v"]) * float(position["p"])),
    }
    assert set(by_symbol) == set(coins_of)
    for symbol, (ms, side, coins, usd) in coins_of.items():
        row = by_symbol[symbol]
        hour = datetime.fromtimestamp(ms // 3_600_000 * 3600, UTC).replace(tzinfo=None)
        assert (row["hour_at"], row["position_side"], row["orders"]) == (hour, side, 1)
        assert (row["quantity_coin"], row["quantity_usd"]) == (pytest.approx(coins), pytest.approx(usd))


def test_one_order_in_two_messages_is_one_and_two_equal_ones_in_one_message_are_two(tmp_path, landing, streams):
    once = frames.bybit_liquidation(MS)
    path = written(
        tmp_path,
        heard("bybit-linear", frames.bybit_frame(once, once)),
        heard("bybit-linear", frames.bybit_frame(once, once), seconds=3),
    )
    convert(path, streams, landing, LATER)
    assert landed(landing, "bybit_liquidation_tape")["ordinal"].to_list() == [0, 1]
    (duplicate,) = landed(landing, "tape_coverage").iter_rows(named=True)
    assert (duplicate["kind"], duplicate["message_count"]) == ("duplicate", 2)


def test_what_is_odd_is_kept_or_quarantined_and_counted_in_the_ledger(tmp_path, landing, streams):
    path = written(
        tmp_path,
        heard("okx", "<html>"),
        heard("okx", '{"data":[{"instId":"BTC-USDT-SWAP","details":[{"sz":"1"}]}]}'),
        heard("okx", frames.okx_frame(MS, size="-4")),
        heard("okx", frames.okx_frame(MS, side="hold", position="net", size="5")),
        heard("okx", frames.okx_frame(MS, symbol="XRP-USDT-SWAP")),
        heard("okx", frames.okx_frame(MS - 90_000, size="6")),
        heard("okx", "pong"),
    )
    done = convert(path, streams, landing, LATER)
    assert (done.events, done.quarantined) == (1, 4)
    ledger = landed(landing, "tape_coverage")
    assert dict(ledger.select("kind", "message_count").iter_rows()) == {"late": 1, "malformed": 2, "unlisted": 1}
    reasons = landed(landing, "quarantine")
    assert set(reasons["feed"]) == {"okx_liquidation_tape"}
    assert any("positive" in reason for reason in reasons["reason"])
    assert any("none of long, short" in reason for reason in reasons["reason"])
    assert "<html>" in set(reasons["payload"])


def test_a_file_that_is_converted_again_after_a_crash_doubles_nothing(tmp_path, landing, streams):
    stretch = Entry("okx", "okx", "recorded", NOON, LATER)
    first = written(tmp_path, stretch, heard("okx", frames.okx_frame(MS)), heard("okx", "<html>"))
    convert(first, streams, landing, LATER)
    convert(first, streams, landing, LATER + timedelta(minutes=1))
    assert landed(landing, "okx_liquidation_tape").height == 1
    assert landed(landing, "tape_coverage").height == 2
    assert landed(landing, "quarantine").height == 1


def test_equal_content_of_two_files_is_landed_twice(tmp_path, landing, streams):
    """Otherwise a stretch of one file could hide behind that of another; staging tells equal orders apart."""
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        convert(
            written(folder, heard("okx", frames.okx_frame(MS)), heard("okx", "pong", seconds=number)),
            streams,
            landing,
            LATER,
        )
    assert landed(landing, "okx_liquidation_tape").height == 2


def test_the_torn_end_of_a_file_is_in_the_ledger(tmp_path, landing, streams):
    path = written(tmp_path, heard("okx", frames.okx_frame(MS)))
    with path.open("ab") as file:
        file.write(b"0000")
    convert(path, streams, landing, LATER + timedelta(days=3000))
    (torn,) = landed(landing, "tape_coverage").iter_rows(named=True)
    assert (torn["kind"], torn["message_count"], torn["stream"]) == ("torn", 1, "recorder")
