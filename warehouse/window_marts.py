"""What a reading of the last 24 hours is compared with, and what its windows lack: calendar days from the release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta

import polars as pl

from regimes import DailyMarts, load_parameters
from regimes.marts import NUMBERS
from warehouse.errors import WarehouseError
from warehouse.reading import OpenRelease

MARGIN_DAYS = 35  # more than the longest baseline: the state of a day follows from the days before it
PRICES, FLOWS = "prices_daily", "exchange_flows_daily"
ENDED_AT = "window_ended_at"


def calendar_days(release: OpenRelease, before: date) -> DailyMarts:
    """The daily marts of the release for as many days before `before` as the rules look back.

    Raises WarehouseError when the release lacks one, which is then of an earlier version.
    """
    first = before - timedelta(days=load_parameters().windows.percentile_days + MARGIN_DAYS)
    names = [field.name for field in fields(DailyMarts)]
    present = set(release.select("SELECT table_name FROM duckdb_tables()")["table_name"])
    if lacking := set(names) - present:
        raise WarehouseError(f"the release has no {', '.join(sorted(lacking))}; run: leverage run")
    query = "SELECT * FROM {} WHERE day >= ? AND day < ?"
    return DailyMarts(**{name: release.select(query.format(name), [first, before]) for name in names})


def with_days_that_ended_since(days: DailyMarts, windows: Mapping[str, pl.DataFrame], last_day: date) -> DailyMarts:
    """The marts with the days after `last_day`, of which no daily run has been there yet: the windows up to 24:00."""
    frames = {}
    for field in fields(DailyMarts):
        known = getattr(days, field.name)
        frames[field.name] = known
        if field.name in windows:
            ended = _cast(windows[field.name]).filter(pl.col(ENDED_AT).dt.truncate("1d") == pl.col(ENDED_AT))
            later = ended.with_columns((pl.col(ENDED_AT).dt.date() - pl.duration(days=1)).alias("day"))
            later = later.filter(pl.col("day") > last_day).select(known.columns)
            frames[field.name] = pl.concat([known, later], how="vertical_relaxed")
    return DailyMarts(**frames)


def completed(
    windows: Mapping[str, pl.DataFrame], days: DailyMarts, assets: Iterable[str], ends: Iterable[datetime]
) -> dict[str, pl.DataFrame]:
    """The windows with a row for each asset and end, of nulls where nothing is known, and whether flows are offered.

    Rows of other assets and ends are left out.
    """
    wanted = pl.DataFrame([(asset, end) for end in ends for asset in assets], schema=_KEY_SCHEMA, orient="row")
    found = {name: _cast(frame).join(wanted, on=["asset", ENDED_AT], how="semi") for name, frame in windows.items()}
    prices = found.get(PRICES, wanted)
    lacking = [column for column in NUMBERS[PRICES] if column not in prices.columns]
    prices = prices.with_columns(pl.lit(None, pl.Float64).alias(column) for column in lacking)
    found[PRICES] = wanted.join(prices, on=["asset", ENDED_AT], how="left")
    flows = days.exchange_flows_daily
    offered = flows.sort("day").group_by("asset").agg(pl.col("is_offered").last())
    unknown = [pl.lit(None, kind).alias(name) for name, kind in flows.schema.items()]
    nothing = wanted.with_columns(each for each in unknown if each.meta.output_name() not in ("asset", "is_offered"))
    found[FLOWS] = nothing.join(offered, on="asset", how="left")
    return found


_KEY_SCHEMA: dict[str, pl.DataType] = {"asset": pl.String(), ENDED_AT: pl.Datetime("us")}


def _cast(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(ENDED_AT).cast(pl.Datetime("us")))
