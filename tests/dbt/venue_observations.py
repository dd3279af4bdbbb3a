"""Five days of what several venues and aggregators publish, as raw rows with invented numbers, of every series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.dbt.compiled_models import Row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = [datetime(2025, 12, 31) + n * DAY for n in range(5)]
Observed = tuple[str, str, Row]  # venue, feed, row


def observations() -> list[Observed]:
    """Every observation with the venue that it is about, an aggregator's with that of the contract."""
    return [
        observed
        for n, day in enumerate(DAYS)
        for series in (_bars, _hours, _funding, _open_interest, _liquidations, _network)
        for observed in series(n, day)
    ]


def _bar(n: int, day: datetime, premium: float = 0.0) -> Row:
    price = 1000.0 + 37 * n + premium
    return {"open_at": day, "open": price, "high": price + 5, "low": price - 5, "close": price + 1}


def _bars(n: int, day: datetime) -> Iterator[Observed]:
    usdt = {"symbol": "BTCUSDT", "interval": "1d"}
    yield "binance", "binance_spot_klines", {**usdt, **_bar(n, day), "volume": 9.0, "quote_volume": 9000.0}
    yield "coinbase", "coinbase_spot_klines", {"symbol": "BTC-USD", **_bar(n, day, 2.0), "volume": 4.0}
    yield "binance", "binance_um_klines", {**usdt, **_bar(n, day, 1.0), "volume": 50.0, "quote_volume": 5e4}
    yield "bybit", "bybit_klines", {**usdt, **_bar(n, day, -1.0)}
    yield "kraken", "kraken_klines", {"symbol": "PF_XBTUSD", **_bar(n, day), "volume": 3.0}


def _hours(n: int, day: datetime) -> Iterator[Observed]:
    for hour in range(24):
        price, begun = 1000.0 + 37 * n + hour * (-1) ** hour, day + hour * HOUR
        bar = {"open_at": begun, "open": price, "high": price + 2, "low": price - 2, "close": price + 1}
        yield "binance", "binance_spot_klines", {"symbol": "BTCUSDT", "interval": "1h", **bar, "quote_volume": 400.0}
    for hour in range(1, 24):
        at = {"snapshot_at": day + hour * HOUR, "labelled_at": day + hour * HOUR, "channel": "archive"}
        held = {"open_interest_coin": 88.0 + n + hour / 10, "open_interest_usd": 9e4 + hour}
        yield "binance", "binance_um_open_interest", {"symbol": "BTCUSDT", **at, **held}


def _funding(n: int, day: datetime) -> Iterator[Observed]:
    for venue, feed, hours in (("binance", "binance_um_funding", 8), ("bybit", "bybit_funding", 8)):
        for hour in range(0, 24, hours):
            rate = 1e-4 + n * 1e-5 + hour * 1e-6
            yield venue, feed, {"symbol": "BTCUSDT", "settled_at": day + hour * HOUR, "funding_rate": rate}
    for hour in range(24):
        at = day + hour * HOUR
        yield "kraken", "kraken_funding", {"symbol": "PF_XBTUSD", "settled_at": at, "relative_rate": 1e-5 + hour * 1e-7}


def _open_interest(n: int, day: datetime) -> Iterator[Observed]:
    for early in (timedelta(0), timedelta(minutes=5), timedelta(minutes=20)):
        at = {"snapshot_at": day + DAY - early, "labelled_at": day + DAY - early, "channel": "archive"}
        held = {"open_interest_coin": 90.0 + n, "open_interest_usd": 9e4 + n}
        yield "binance", "binance_um_open_interest", {"symbol": "BTCUSDT", **at, **held}
    at_end, early = {"snapshot_at": day + DAY}, {"snapshot_at": day + 5 * HOUR}
    both = {"open_interest_both_sides_coin": 80.0 + 3 * n}
    yield "bybit", "bybit_open_interest", {"symbol": "BTCUSDT", **at_end, **both}
    inverse = {"open_interest_contracts": 7e4 + n, "mark_price": 1000.0 + n}
    yield "deribit", "deribit_open_interest", {"symbol": "BTC-PERPETUAL", **early, **inverse}
    candle = {"open_at": day, "open": 20.0, "high": 30.0, "low": 20.0, "close": 20.0 + 2 * n}
    yield "kraken", "kraken_open_interest", {"symbol": "PF_XBTUSD", **candle}
    candle = {"open_at": day, "open": 9e4, "high": 9e4, "low": 8e4, "close": 8e4 + n}
    yield "binance", "coinalyze_open_interest", {"symbol": "BTCUSD_PERP.A", **candle}


def _liquidations(n: int, day: datetime) -> Iterator[Observed]:
    coins = {"long_coin": 3.0 + n, "short_coin": 1.1}
    yield "binance", "coinalyze_liquidations", {"symbol": "BTCUSDT_PERP.A", "open_at": day, **coins}
    usd = {"long_usd": 700.0 + n, "short_usd": 50.0}
    yield "binance", "coinalyze_liquidations", {"symbol": "BTCUSD_PERP.A", "open_at": day, **usd}
    yield "kraken", "kraken_liquidations", {"symbol": "PF_XBTUSD", "open_at": day, "volume_coin": 0.3 + n}
    sides = {"long_contracts": 1e4, "short_contracts": 2e4 + n, "long_usd": 990.0, "short_usd": 1980.0 + n}
    held = {"open_interest_contracts": 1e6 + n, "open_interest_usd": 1e5 + n, "mark_price": 1000.0}
    yield "gate", "gate_contract_stats", {"symbol": "BTC_USDT", "open_at": day, **sides, **held}
    order = {"happened_at": day + 5 * HOUR, "order_side": "sell", "position_side": "long"}
    size = {"contracts": 100.0 + n, "bankruptcy_price": 1000.0}
    yield "okx", "okx_liquidations", {"symbol": "BTC-USDT-SWAP", **order, **size}
    match = {"position_id": n, "is_match": 1, "amount_coin": 2.0 + n, "acquired_price": 990.0}
    yield "bitfinex", "bitfinex_liquidations", {"symbol": "tBTCF0:USTF0", "happened_at": day + HOUR, **match}


def _network(n: int, day: datetime) -> Iterator[Observed]:
    flows = {"inflow_coin": 250.0 + 7 * n, "outflow_coin": 240.0 + n, "inflow_usd": 2.5e5 + n, "outflow_usd": 2.4e5 + n}
    held = {"exchange_supply_coin": 2600.0 + n, "exchange_supply_usd": 2.6e6 + n, "price_usd": 1000.0 + n}
    row = {"asset_code": "btc", "day": day.date(), **flows, **held, "active_addresses": 650.0 + n}
    yield "coinmetrics", "coinmetrics_network", row
