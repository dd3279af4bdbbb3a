"""A landing zone with rows in every feed: restatements, nulls, tape with its ledger, old segments.

It is the same at every call. Values are drawn from the schema of each feed, so a new feed has rows here without a line,
or `land` raises.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from ingest import tape
from ingest.catalogue import Catalogue, load_catalogue
from ingest.coverage import Part
from ingest.feed import Feed
from ingest.feeds import LANDED
from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.schema import conform
from ingest.windows import Window
from warehouse.location import Calendar
from warehouse.run_context import RunContext

DAYS = 34  # a feed of liquidations counts by the 30 days before
EVERY_ROW_DAYS = 6  # the last days, which have all rows of five minutes; days before have those at full hours
LAST = date(2026, 2, 1)
FIRST = LAST - timedelta(days=DAYS - 1)
PRESENT = RunContext(datetime(2026, 2, 2, 6, tzinfo=UTC), Calendar(FIRST, LAST))
WINDOW = Window.of_days(FIRST, LAST)
START = datetime.combine(FIRST, datetime.min.time())
PULLED, RESTATED = PRESENT.now - timedelta(days=1), PRESENT.now - timedelta(hours=3)
RESTATED_SHARE = 0.3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# By the beginning of a feed's cadence: the time between two rows of a symbol, None for rows as they happen.
STEPS: dict[str, timedelta | None] = {
    "every 5 minutes": timedelta(minutes=5),
    "every minute; the last of each hour": HOUR,
    "every 8 hours": 8 * HOUR,
    "hourly": HOUR,
    "daily": DAY,
    "one list a day": DAY,
    "one snapshot a run": DAY,
    "as ": None,
    "events": None,
    "orders": None,
}
EVENTS_A_DAY = 6
PRICES = {"BTC": 80_000.0, "ETH": 3_000.0, "SOL": 150.0}
BARS = ("open", "high", "low", "close")
TEXTS = {
    "price_kind": ("average_fill", "bankruptcy"),
    "listing_status": ("TRADING", "SETTLING"),
    "contract_type": ("PERPETUAL",),
    "quote_symbol": ("USDT",),
    "order_status": ("FILLED",),
    "source": ("farside",),
    "message": ("{}",),
}
CONSTANTS: dict[str, float] = {
    "listed_ms": 1_600_000_000_000,
    "delivery_ms": 4_133_404_800_000,
    "ordinal": 0,
    "interval_hours": 8,
    "funding_interval_hours": 8,
    "base_per_contract": 1,
    "tick_size": 1,
}
SIGNED = ("amount_coin", "position_contracts", "netflow_usd")
MISSING_SHARE = 0.03  # of the cells that may be null
STREAMS = {"binance": ("binance",), "bybit": ("bybit-linear", "bybit-inverse"), "okx": ("okx",)}
# What the data tests of the models expect of a feed beyond its schema.
IS_LINEAR = pl.col("symbol").str.ends_with("USDT")
ONE_UNIT = [
    pl.when(IS_LINEAR if unit == "coin" else ~IS_LINEAR).then(pl.col(name)).alias(name)
    for unit in ("coin", "usd")
    for name in (f"open_interest_{unit}", f"open_interest_both_sides_{unit}")
]
IS_LONG = (pl.col("liquidation") == "T") == (pl.col("direction") == "sell")
FITTED = {
    "bybit_open_interest": ONE_UNIT,
    "bybit_hourly_open_interest": ONE_UNIT,
    "deribit_liquidations": [pl.when(IS_LONG).then(pl.lit("long")).otherwise(pl.lit("short")).alias("position_side")],
}
# Segments as an earlier version may have left them: without a column that was added, and with one in a narrower type.
OLD = {"binance_um_funding": "mark_price"}
NARROW = {"hyperliquid_klines": "trade_count"}


def land(landing: Landing) -> Catalogue:
    """Land every feed; returns the catalogue of the instruments. Raises ValueError for rows that break a schema."""
    catalogue = load_catalogue()
    for feed in LANDED:
        rows = _conformed(feed, _ledger(catalogue) if feed is tape.LEDGER else _drawn(feed, catalogue))
        parts = [Part("all", "rest", WINDOW, rows.height)]
        landing.write(feed, _as_of_old(feed, rows), parts, PULLED)
        again = _restated(feed, rows)
        landing.write(feed, again, [Part("again", "rest", WINDOW, again.height)], RESTATED)
    return catalogue


class Draws:
    """Numbers that look random and are the same for one name at every call. Each draw is a series of `count`."""

    def __init__(self, name: str) -> None:
        self._seed = zlib.crc32(name.encode())

    def uniform(self, count: int, low: float = 0, high: float = 1) -> pl.Series:
        """Between `low` and `high`."""
        self._seed += 1
        hashed = pl.int_range(count, eager=True).hash(self._seed)
        return low + (high - low) * (hashed // 2**11).cast(pl.Float64) / 2**53

    def normal(self, count: int, mean: float, deviation: float) -> pl.Series:
        """Nearly normal: the sum of twelve uniform ones."""
        total = sum((self.uniform(count) for _ in range(12)), pl.Series([0.0] * count))
        return mean + deviation * (total - 6)

    def whole(self, count: int, end: int) -> pl.Series:
        """Whole numbers from 0 to before `end`."""
        return self.uniform(count, 0, end).cast(pl.Int64)

    def of(self, count: int, options: Sequence[str]) -> pl.Series:
        """One of the options each."""
        return pl.Series(options).gather(self.whole(count, len(options)))


def _drawn(feed: Feed, catalogue: Catalogue) -> pl.DataFrame:
    """Rows of every instrument of a feed."""
    rows = pl.concat(
        _series(feed, instrument, step, Draws(f"{feed.name} {instrument.symbol} {step}"))
        for instrument in catalogue.instruments[feed.name]
        for step in _steps(feed)
    )
    return rows.with_columns(FITTED.get(feed.name, []))


def _steps(feed: Feed) -> Iterator[timedelta | None]:
    """The time between two rows; two of them for a feed of hourly and daily bars."""
    if "interval" in feed.schema.columns:
        yield from (HOUR if label == "1h" else DAY for label in _allowed(feed, "interval"))
    else:
        yield next(step for beginning, step in STEPS.items() if feed.cadence.startswith(beginning))


def _series(feed: Feed, instrument: Instrument, step: timedelta | None, draws: Draws) -> pl.DataFrame:
    """Rows of one instrument, `step` apart."""
    moments = _moments(feed, step, draws)
    price = PRICES.get(instrument.asset, 100.0) * draws.normal(len(moments), 0, 0.01).cum_sum().exp()
    drawn = {feed.series_column: pl.repeat(instrument.symbol, len(moments), eager=True), feed.observed: moments}
    if set(BARS) <= set(feed.schema.columns):
        drawn |= _bars(feed, price, draws)
    for name, column in feed.schema.columns.items():
        if name not in drawn:
            values = _values(feed, instrument, name, step, moments, price, draws)
            if column.nullable and column.dtype.type == pl.Float64:
                values = values.set(draws.uniform(len(moments)) < MISSING_SHARE, None)
            drawn[name] = values
    return pl.DataFrame({name: drawn[name].cast(kind) for name, kind in feed.rows_schema().items()})


def _moments(feed: Feed, step: timedelta | None, draws: Draws) -> pl.Series:
    if feed.observed == "day":
        return pl.date_range(FIRST, LAST, eager=True)
    if step is None:
        seconds = draws.whole(DAYS * EVENTS_A_DAY, DAYS * 86_400).unique().sort()
        return pl.select(moment=pl.lit(START) + pl.duration(seconds=seconds))["moment"]
    first = START + step if feed.stamped_at_end else START
    if feed.cadence.startswith(("every minute", "one snapshot", "one list")):
        first -= timedelta(minutes=1)  # just before the end of the hour or the day
    moments = pl.datetime_range(first, first + DAYS * DAY - step, step, eager=True, time_unit="us")
    if step < HOUR:
        return moments.filter((moments.dt.minute() == 0) | (moments >= first + (DAYS - EVERY_ROW_DAYS) * DAY))
    return moments


def _bars(feed: Feed, price: pl.Series, draws: Draws) -> dict[str, pl.Series]:
    """Four prices of each bar that fit together; of funding in percent, and of open interest in contracts."""
    if feed.kind == "funding":
        price = draws.normal(len(price), 0.01, 0.005)
    if feed.kind == "open_interest":
        price = 1_000 * price
    reach = price.abs() * draws.uniform(len(price), 0.001, 0.02)
    bars = pl.DataFrame({"open": price.shift(1, fill_value=price[0]), "close": price, "reach": reach})
    return bars.select(
        "open",
        (pl.max_horizontal("open", "close") + pl.col("reach")).alias("high"),
        (pl.min_horizontal("open", "close") - pl.col("reach")).alias("low"),
        "close",
    ).to_dict()


def _values(
    feed: Feed,
    instrument: Instrument,
    name: str,
    step: timedelta | None,
    moments: pl.Series,
    price: pl.Series,
    draws: Draws,
) -> pl.Series:
    """Values of a column, by its name and type."""
    count, kind, one_of = len(moments), feed.rows_schema()[name], _allowed(feed, name) or TEXTS.get(name, ())
    if name == "interval":
        return pl.repeat("1h" if step == HOUR else "1d", count, eager=True)
    if name == "stream":
        return pl.repeat(_stream(instrument), count, eager=True)
    if name in CONSTANTS:
        return pl.repeat(CONSTANTS[name], count, eager=True)
    if one_of:
        return draws.of(count, one_of)
    if name == "next_funding_at":
        return moments.dt.truncate("8h").dt.offset_by("8h")
    if isinstance(kind, pl.Datetime):
        return moments.dt.offset_by("1s" if name == "received_at" else "-5m")
    if kind == pl.String:
        return pl.repeat(instrument.asset, count, eager=True) if "base" in name else moments.cast(pl.String)
    if kind == pl.Int64:
        return draws.whole(count, 2 if name.startswith("is_") else 1_000)
    if "rate" in name or "premium" in name or name.startswith("interest_"):
        return draws.normal(count, 0.0001, 0.00005)
    if "price" in name:
        return price * draws.normal(count, 1, 0.001)
    if "ratio" in name:
        return draws.uniform(count, 0.5, 2)
    if name in SIGNED:
        return draws.normal(count, 0.001, 5)
    if name.startswith("taker_buy"):
        size = draws.uniform(count, 0.1, 1)  # a part of the volume
        return size * price if name.endswith("_usd") else size
    size = (1e6 if "both_sides" in name else 0.01) + draws.uniform(count, 1, 5e3)  # both sides: twice one and more
    return size * price if name.endswith("_usd") else size


def _stream(instrument: Instrument) -> str:
    """The stream that the recorder has the instrument from."""
    streams = STREAMS[str(instrument.venue)]
    return next((one for one in streams if one.endswith(str(instrument.margin_type))), streams[0])


def _allowed(feed: Feed, name: str) -> tuple[str, ...]:
    """The texts that a column may have, none for any."""
    checks = [check.statistics for check in feed.schema.columns[name].checks if check.name == "isin"]
    return tuple(checks[0]["allowed_values"]) if checks else ()


def _ledger(catalogue: Catalogue) -> pl.DataFrame:
    """What the recorder says of each stream: an hour at a time, with silences, disconnections and hours without it."""
    rows = list[tuple[Any, ...]]()
    for venue, streams in STREAMS.items():
        symbols = ", ".join(i.symbol for i in catalogue.instruments[f"{venue}_liquidation_tape"])
        for stream in streams:
            rows.append(("r1", venue, stream, "listed", START, START, None, symbols))
            for number, chance in enumerate(Draws(stream).uniform(DAYS * 24)):
                hour = START + number * HOUR
                if chance < 0.02:
                    continue
                heard = timedelta(minutes=31 if chance < 0.05 else 60)
                rows.append(("r1", venue, stream, "recorded", hour, hour + heard, number % 50, None))
                if chance > 0.98:
                    quiet = hour + timedelta(minutes=5)
                    rows.append(("r1", venue, stream, "silent", quiet, quiet + timedelta(minutes=12), None, "quiet"))
                elif chance > 0.96:
                    lost = hour + timedelta(minutes=31)
                    rows.append(("r1", venue, stream, "disconnected", lost, lost, None, None))
    return pl.DataFrame(rows, schema=tape.LEDGER.rows_schema(), orient="row")


def _conformed(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they land, without those whose nulls break a rule over several columns.

    Raises ValueError when many rows break the schema: the feed then needs values of its own here.
    """
    found = conform(rows, feed.schema, feed.key, PRESENT.now)
    if found.rows.height < 0.98 * rows.height:
        reasons = found.quarantined["reason"].unique().to_list()
        raise ValueError(f"{feed.name}: {found.rows.height} rows, {found.quarantined.height} quarantined: {reasons}")
    return found.rows


def _restated(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """Some of the rows again, with other numbers where those are no key and no price of a bar."""
    numbers = [
        name
        for name, kind in feed.rows_schema().items()
        if kind == pl.Float64 and name not in (*feed.key, *BARS, "interval_hours")
    ]
    again = rows.sample(fraction=RESTATED_SHARE, seed=3)
    return again.with_columns(pl.col(name) * 1.01 for name in numbers)


def _as_of_old(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as an earlier version landed them."""
    if feed.name in OLD:
        return rows.drop(OLD[feed.name])
    if feed.name in NARROW:
        return rows.with_columns(pl.col(NARROW[feed.name]).cast(pl.Int32))
    return rows
