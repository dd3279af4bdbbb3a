"""One row of features per asset and day, made from the daily marts. Later days change no earlier row.

flows.py and liquidations.py make their own features. data_quality.py decides what counts as missing.
"""

from __future__ import annotations

import polars as pl

from regimes.baselines import in_sigma, percentile, robust_z, trailing
from regimes.comparable_funding import FUNDING_SET, comparable_funding
from regimes.data_quality import gate_columns
from regimes.flows import with_flows
from regimes.instrument_weight import instrument_weights
from regimes.liquidations import with_liquidations
from regimes.marts import DailyMarts, daily_calendar
from regimes.parameters import FundingBounds, Parameters
from regimes.positioning import with_positioning
from regimes.schema import KEY, conform

ASSET = ["asset"]


def daily_features(marts: DailyMarts, parameters: Parameters, positioning: pl.DataFrame | None = None) -> pl.DataFrame:
    """The table leverage_features_daily: a row for every calendar day of every asset, sorted.

    Columns as in tables.published.regimes.LEVERAGE_FEATURES_DAILY. `positioning` (positioning_daily) gives
    the columns that only support a label; without it they are null. Time grows linearly with the number of days.
    """
    calendar = daily_calendar(marts)
    weights = instrument_weights(marts, calendar, parameters.windows, parameters.gate)
    # Each join keeps the order of the calendar, which is sorted, so no step has to sort again.
    frame = _joined(marts, calendar).join(weights, on=KEY, how="left", maintain_order="left")
    frame = _with_prices(frame)
    frame = with_liquidations(frame, marts, calendar, parameters.windows)
    frame = _with_open_interest(frame, parameters)
    frame = _with_funding(frame, marts, parameters)
    frame = with_flows(frame, parameters)
    frame = _with_activity(frame, parameters)
    frame = _with_leverage(frame, parameters)
    frame = _with_scores(frame, parameters)
    frame = frame.with_columns(gate_columns(parameters.gate, parameters.windows))
    frame = with_positioning(frame, positioning, parameters)
    return conform(frame, "leverage_features_daily")


def _joined(marts: DailyMarts, calendar: pl.DataFrame) -> pl.DataFrame:
    daily = (
        marts.prices_daily,
        marts.liquidations_daily.rename(
            {"previous_open_interest_share": "liquidation_open_interest_share", "venues": "liquidation_venues"}
        ),
        marts.open_interest_daily,
        marts.funding_daily,
        marts.exchange_flows_daily.drop("is_offered").rename({"feed": "flow_feed", "pulled_at": "flow_pulled_at"}),
        marts.fund_flows_daily,
        marts.network_activity_daily.rename({"feed": "activity_feed"}),
        marts.rolling_24h_daily,
    )
    frame = calendar
    for mart in daily:
        frame = frame.join(mart, on=KEY, how="left", maintain_order="left")
    return frame.join(_flow_offers(marts), on="asset", how="left", maintain_order="left")


def _flow_offers(marts: DailyMarts) -> pl.DataFrame:
    """Whether a source offers exchange flows, by asset: a property of the catalogue, not of a day. Null is unknown."""
    offered = pl.col("is_offered").cast(pl.Boolean).drop_nulls().any(ignore_nulls=False)
    known = pl.col("is_offered").is_not_null().any()
    return marts.exchange_flows_daily.group_by("asset").agg(pl.when(known).then(offered).alias("flows_offered"))


def _lag(column: str, days: int) -> pl.Expr:
    return pl.col(column).shift(days).over("asset")


def _with_prices(frame: pl.DataFrame) -> pl.DataFrame:
    close, width = pl.col("close_usd"), pl.col("range_pct")
    reach = pl.when(width > 0).then(
        (pl.col("high_vs_previous_close_pct") + pl.col("low_vs_previous_close_pct")) / width
    )
    move, low, high = pl.col("return_pct"), pl.col("low_vs_previous_close_pct"), pl.col("high_vs_previous_close_pct")
    return frame.with_columns(
        reach.alias("reach_balance"),
        pl.when(low < 0).then((1.0 - move / low).clip(0.0, 1.0)).alias("fall_recovered_share"),
        pl.when(high > 0).then((1.0 - move / high).clip(0.0, 1.0)).alias("rise_given_back_share"),
        *((100.0 * (close / _lag("close_usd", days) - 1.0)).alias(f"return_{days}d_pct") for days in (3, 7)),
    )


def _with_open_interest(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Changes in contract units; where the mart has only USD, less the part that the price explains.

    A longer change across a day with an implausible move is unknown, because it contains that move.
    """
    through = parameters.open_interest.usd_return_pass_through
    horizons = {1: "return_pct", 3: "return_3d_pct", 7: "return_7d_pct"}
    changes, adjusted = [], []
    for days, move in horizons.items():
        contracts, in_usd = pl.col(f"open_interest_change_{days}d_pct"), pl.col(f"open_interest_usd_change_{days}d_pct")
        from_usd = in_usd - through * pl.col(move)
        changes.append(pl.coalesce(contracts, from_usd).alias(f"open_interest_change_{days}d_pct"))
        adjusted.append(contracts.is_null() & from_usd.is_not_null())
    known = pl.any_horizontal(change.is_not_null() for change in changes)
    into_day = pl.col("open_interest_fall_24h_ended_at") - pl.col("day").cast(pl.Datetime("us"))
    basis = pl.when(pl.any_horizontal(adjusted)).then(pl.lit("usd_adjusted")).when(known).then(pl.lit("contracts"))
    frame = frame.with_columns(
        *changes,
        basis.alias("open_interest_change_basis"),
        (100.0 * (pl.col("open_interest_share_of_7d_max") - 1.0)).alias("open_interest_from_7d_max_pct"),
        (into_day.dt.total_seconds() / 86_400.0).alias("open_interest_fall_24h_day_share"),
    )
    absurd = (pl.col("open_interest_change_1d_pct").abs() > parameters.gate.open_interest_move_pct).cast(pl.Int64)
    spans = {"open_interest_change_3d_pct": 3, "open_interest_change_7d_pct": 7, "open_interest_from_7d_max_pct": 7}
    frame = frame.with_columns(
        pl.when(absurd.rolling_max(days, min_samples=1).over("asset") == 1)
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for name, days in spans.items()
    )
    return frame.with_columns(_bled(days).alias(f"open_interest_bleed_{days}d_pct") for days in (3, 7))


def _bled(days: int) -> pl.Expr:
    """The part of an n-day change not attributable to liquidation waves.

    The sum of the daily changes, each divided by the day's liquidation multiple where that is above 1; never a larger
    fall than the change itself. Null if one of the days is unknown, because it may have been the wave.
    """
    forced = pl.max_horizontal(pl.lit(1.0), pl.col("liquidation_multiple"))
    known = pl.all_horizontal(pl.col("liquidation_multiple", "open_interest_change_1d_pct").is_not_null())
    unforced = pl.when(known).then(pl.col("open_interest_change_1d_pct") / forced).rolling_sum(days).over("asset")
    change = pl.col(f"open_interest_change_{days}d_pct")
    return pl.when(unforced.is_not_null() & change.is_not_null()).then(pl.max_horizontal(change, unforced))


def _with_funding(frame: pl.DataFrame, marts: DailyMarts, parameters: Parameters) -> pl.DataFrame:
    """Funding against earlier days over the same instruments: one that joins or ends does not move the rate."""
    windows, bounds = parameters.windows, parameters.funding
    paid = comparable_funding(marts, windows)
    rate = pl.col("comparable_funding_8h_bp")
    median = rate.rolling_median_by(
        "day",
        window_size=f"{windows.funding_median_days}d",
        min_samples=windows.funding_median_minimum_days,
        closed="left",
    )
    highest = rate.rolling_max_by(
        "day",
        window_size=f"{windows.funding_memory_days}d",
        min_samples=windows.funding_memory_minimum_days,
        closed="left",
    )
    mean = rate.rolling_mean_by(
        "day",
        window_size=f"{windows.funding_cooling_days}d",
        min_samples=windows.funding_cooling_minimum_days,
        closed="left",
    )
    compared = (
        paid.join(
            trailing(paid, ["comparable_funding_8h_bp"], windows.baseline_days, FUNDING_SET), on=[*FUNDING_SET, "day"]
        )
        .sort(*FUNDING_SET, "day")
        .with_columns(
            median.over(FUNDING_SET).alias("median_funding_7d_bp"),
            highest.over(FUNDING_SET).alias("funding_max_10d_bp"),
            (rate - mean.over(FUNDING_SET)).alias("funding_vs_3d_mean_bp"),
            percentile(
                "comparable_funding_8h_bp", windows.percentile_days, windows.percentile_minimum_days, FUNDING_SET
            ).alias("funding_percentile"),
        )
        .with_columns((rate - pl.col("median_funding_7d_bp")).alias("funding_vs_7d_median_bp"))
        .filter("is_of_day")
    )
    cooled = (pl.col("funding_max_10d_bp") > bounds.base_to_bp) | (
        pl.col("funding_vs_3d_mean_bp") <= -bounds.cooling_bp
    )
    level = pl.col("funding_8h_bp")
    return frame.join(compared, on=KEY, how="left", maintain_order="left").with_columns(
        funding_state(level, bounds).alias("funding_state"),
        (cooled & (level <= bounds.base_to_bp)).alias("funding_normalised"),
    )


def funding_state(rate: pl.Expr, bounds: FundingBounds) -> pl.Expr:
    """State of a rate in bp per 8 hours: negative, low, base, elevated, hot or overheated; null of null."""
    return (
        pl.when(rate <= bounds.negative_bp)
        .then(pl.lit("negative"))
        .when(rate < bounds.base_from_bp)
        .then(pl.lit("low"))
        .when(rate <= bounds.base_to_bp)
        .then(pl.lit("base"))
        .when(rate < bounds.hot_bp)
        .then(pl.lit("elevated"))
        .when(rate < bounds.overheated_bp)
        .then(pl.lit("hot"))
        .when(rate >= bounds.overheated_bp)
        .then(pl.lit("overheated"))
    )


def _with_activity(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    windows = parameters.windows
    usual = pl.col("active_addresses_count").rolling_median_by(
        "day",
        window_size=f"{7 * windows.address_weeks}d",
        min_samples=windows.address_minimum_weeks,
        closed="left",
    )
    same_weekday = ["asset", "activity_feed", "weekday"]
    frame = frame.with_columns(pl.col("day").dt.weekday().alias("weekday"))
    return frame.with_columns((pl.col("active_addresses_count") / usual.over(same_weekday)).alias("address_ratio"))


def _with_leverage(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Open interest / reserve; of a day without a reserve, by the last one at the day's close.

    For the percentile, open interest is chained over the change of the instruments that both days have, so an
    instrument that joins or ends does not look like a change of leverage.
    """
    windows = parameters.windows
    remembered = pl.col("reserve_coin").forward_fill(windows.reserve_memory_days).over("asset") * pl.col("close_usd")
    reserve = pl.coalesce("reserve_usd", remembered)
    level = pl.when(pl.col("open_interest_usd") > 0).then(pl.col("open_interest_usd"))
    last_level, last_set = (
        pl.col(column).forward_fill().shift(1).over("asset") for column in ("open_interest_usd", "instruments")
    )
    same_set = pl.col("instruments") == last_set
    link = pl.when(same_set).then(level / last_level).otherwise(1.0 + pl.col("open_interest_usd_change_1d_pct") / 100.0)
    broken = level.is_not_null() & link.is_null()
    frame = frame.with_columns(
        (level / reserve).alias("leverage_ratio"),
        pl.when(level.is_not_null()).then(link).alias("link"),
        broken.cum_sum().over("asset").alias("chain"),
    ).with_columns(pl.col("link").log().cum_sum().over("asset", "chain").alias("chained"))
    # A day without open interest is not in the chain. The first day of a chain has no link and counts 1.
    chained = pl.when(level.is_null()).then(None).when(pl.col("link").is_null()).then(0.0).otherwise(pl.col("chained"))
    return frame.with_columns((chained.exp() / reserve).alias("chained_ratio")).with_columns(
        percentile("chained_ratio", windows.percentile_days, windows.percentile_minimum_days, ["asset", "chain"]).alias(
            "leverage_percentile"
        )
    )


def _with_scores(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Robust z scores, and the medians that they are measured from."""
    windows, rule = parameters.windows, parameters.robust_z
    days, few = windows.baseline_days, windows.baseline_minimum_days
    floors: dict[str, float] = {
        "return_pct": rule.return_floor_pct,
        "return_3d_pct": rule.return_floor_pct,
        "return_7d_pct": rule.return_floor_pct,
        "low_vs_previous_close_pct": rule.return_floor_pct,
        "high_vs_previous_close_pct": rule.return_floor_pct,
        "worst_return_24h_pct": rule.return_floor_pct,
        "best_return_24h_pct": rule.return_floor_pct,
        "open_interest_change_1d_pct": rule.open_interest_floor_pct,
        "open_interest_change_3d_pct": rule.open_interest_floor_pct,
        "open_interest_change_7d_pct": rule.open_interest_floor_pct,
    }
    frame = frame.join(trailing(frame, list(floors), days, ASSET), on=KEY, how="left", maintain_order="left")
    range_median = (
        pl.col("range_pct")
        .rolling_median_by(
            "day", window_size=f"{windows.range_days}d", min_samples=windows.range_minimum_days, closed="left"
        )
        .over(ASSET)
    )
    return frame.with_columns(
        *(robust_z(c, floor, few, rule.clip).alias(f"{c.removesuffix('_pct')}_z") for c, floor in floors.items()),
        *(
            in_sigma(c, c, floor, few, rule.clip).alias(f"{c.removesuffix('_pct')}_sigma")
            for c, floor in floors.items()
            if c.startswith("open_interest_change")
        ),
        *(
            in_sigma(
                f"open_interest_bleed_{days}d_pct",
                f"open_interest_change_{days}d_pct",
                rule.open_interest_floor_pct,
                few,
                rule.clip,
            ).alias(f"open_interest_bleed_{days}d_sigma")
            for days in (3, 7)
        ),
        in_sigma("funding_vs_7d_median_bp", "comparable_funding_8h_bp", rule.funding_floor_bp, few, rule.clip).alias(
            "funding_vs_7d_median_sigma"
        ),
        robust_z("comparable_funding_8h_bp", rule.funding_floor_bp, few, rule.clip).alias("funding_z"),
        pl.col("return_pct_median").alias("median_return_pct"),
        pl.col("open_interest_change_1d_pct_median").alias("median_open_interest_change_1d_pct"),
        pl.col("comparable_funding_8h_bp_median").alias("median_funding_bp"),
        range_median.alias("median_range_pct"),
        (pl.col("range_pct") / range_median).alias("range_multiple"),
    )
