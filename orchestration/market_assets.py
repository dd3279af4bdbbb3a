"""The market over all assets as assets of Dagster: made from the labels, checked against them."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from orchestration.asset_defaults import OWNERS, POOL, fresh_daily, mart_key
from orchestration.descriptions import table_text
from orchestration.mart_metadata import column_metadata, mart_metadata
from orchestration.resources import Pipeline
from regimes import load_parameters, market_breadth_daily, market_daily
from tables.published import table
from tables.published.market import COUNTS, MARKET_BREADTH_DAILY, MARKET_DAILY
from warehouse.connection import build_database
from warehouse.marts import read_mart, write_table

MARKET = (MARKET_BREADTH_DAILY.name, MARKET_DAILY.name)
LABELS = "regimes_daily"


def market_assets() -> dg.AssetsDefinition:
    """Breadth, and the market of each day in a word and a sentence."""

    @dg.multi_asset(
        name="market",
        specs=[_spec(name) for name in MARKET],
        pool=POOL,
        check_specs=[
            dg.AssetCheckSpec(
                "every_asset_counted",
                asset=mart_key(MARKET_BREADTH_DAILY.name),
                description="On every labelled day each asset counts once: in a group, without a reading or inactive.",
                blocking=True,
            )
        ],
    )
    def market(pipeline: Pipeline) -> Iterator[Any]:
        parameters = load_parameters()
        with build_database(pipeline.resolved_warehouse.build) as connection:
            labels = read_mart(connection, LABELS)
            breadth = market_breadth_daily(labels, parameters)
            frames = {MARKET_BREADTH_DAILY.name: breadth, MARKET_DAILY.name: market_daily(breadth, parameters)}
            for name in MARKET:
                write_table(connection, table(name), frames[name])
                metadata = mart_metadata(connection, name)
                if name == MARKET_DAILY.name:
                    metadata |= _newest(frames[name])
                yield dg.MaterializeResult(asset_key=mart_key(name), metadata=metadata)
            yield _every_asset_counted(labels, breadth)

    return market


def _spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        mart_key(name),
        deps=[mart_key(LABELS)] if name == MARKET_BREADTH_DAILY.name else [mart_key(MARKET_BREADTH_DAILY.name)],
        group_name="market",
        description=table_text(name),
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        freshness_policy=fresh_daily(),
        metadata=column_metadata(table(name)),
        skippable=True,
    )


def _newest(market: pl.DataFrame) -> dict[str, Any]:
    """The label and the sentence of the newest day that has a label."""
    labelled = market.filter(pl.col("market_label").is_not_null()).tail(1)
    return {name: labelled[name].item() for name in ("market_label", "sentence")} if labelled.height else {}


def _every_asset_counted(labels: pl.DataFrame, breadth: pl.DataFrame) -> dg.AssetCheckResult:
    counted = breadth.select(
        "day",
        pl.sum_horizontal(*COUNTS, "without_reading_count", "inactive_count").alias("counted"),
        "asset_count",
        (pl.sum_horizontal(COUNTS) == pl.col("read_count")).alias("groups_are_read"),
    )
    expected = labels.group_by("day").agg(pl.len().cast(pl.Int64).alias("labelled"))
    joined = expected.join(counted, on="day", how="full", coalesce=True)
    right = (
        (pl.col("labelled") == pl.col("counted"))
        & (pl.col("labelled") == pl.col("asset_count"))
        & pl.col("groups_are_read")
    )
    wrong = joined.filter(~right.fill_null(value=False))["day"].sort()
    return dg.AssetCheckResult(
        asset_key=mart_key(MARKET_BREADTH_DAILY.name),
        check_name="every_asset_counted",
        passed=wrong.is_empty(),
        metadata={"days": expected.height, "days on which counts and assets differ": [str(day) for day in wrong]},
    )
