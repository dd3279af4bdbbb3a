"""Which inputs of a day are missing, stale, partial or implausible, and whether the day has enough for a label.

Identifiers are stable, because consumers filter on them. words/missing_inputs.py has their names in sentences.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from regimes.parameters import Gate, Windows

NETFLOW = "netflow"
# What comes from exchange flows; for an asset whose flows no source offers these are unknown, not missing.
FROM_FLOWS = (NETFLOW, "gross_inflow", "exchange_reserve", "leverage_percentile")
UNFINISHED = "unfinished_day"

_MEASURES = (
    "ohlc",
    "previous_close",
    "long_liquidations",
    "short_liquidations",
    "open_interest",
    "previous_open_interest",
    "funding",
    NETFLOW,
)
# Each optional input with the column that is null without it. Leverage remembers a reserve, so it does not show one.
_OPTIONAL = {
    "gross_inflow": "gross_inflow_z",
    "open_interest_3d": "open_interest_change_3d_pct",
    "open_interest_7d": "open_interest_change_7d_pct",
    "exchange_reserve": "reserve_usd",
    "active_addresses": "address_ratio",
    "funding_percentile": "funding_percentile",
    "leverage_percentile": "leverage_percentile",
}
_MOVES = ("return_pct", "low_vs_previous_close_pct", "high_vs_previous_close_pct", "range_pct")
# The units of contracts: the value in USD of a feed that hangs still moves with the price. A market may lack one.
_CONTRACTS = ("linear_open_interest_coin", "inverse_open_interest_usd")


def gate_columns(gate: Gate, windows: Windows) -> list[pl.Expr]:
    """Expressions for `known_inputs_share` and the missing and unknown inputs over the joined daily frame.

    The frame holds one row per calendar day and asset, sorted, with the features, the instrument weights and the
    counts of the baselines. The share is of required and optional inputs alike.
    """
    required, optional = _required(gate, windows), _optional()
    absent = {name: required[name] for name in _MEASURES} | optional
    known = 1.0 - pl.sum_horizontal(flag.cast(pl.Float64) for flag in absent.values()) / len(absent)
    offered = pl.col("flows_offered").fill_null(value=True)
    required |= {name: missing & offered for name, missing in required.items() if name.startswith(NETFLOW)}
    optional |= {name: optional[name] & offered for name in FROM_FLOWS if name in optional}
    return [
        known.alias("known_inputs_share"),
        _named(required).alias("missing_inputs"),
        _named(optional).alias("missing_optional_inputs"),
        pl.when(~offered).then(pl.lit(",".join(FROM_FLOWS))).alias("unknown_inputs"),
    ]


def _required(gate: Gate, windows: Windows) -> dict[str, pl.Expr]:
    few = windows.baseline_minimum_days
    ohlc = ("open_usd", "high_usd", "low_usd", "close_usd")
    change = pl.col("open_interest_change_1d_pct")
    long, short = (pl.col(f"{side}_liquidations_usd").is_null() for side in ("long", "short"))
    total = pl.col("liquidations_usd")
    # Required like the sides: a mart may have the sides without their total or share.
    unsummed = ~long & ~short & (total.is_null() | ((total > 0) & pl.col("long_share").is_null()))
    return {
        "ohlc": pl.any_horizontal(pl.col(*ohlc).is_null()),
        # Required like the closes: a mart may have the closes without the move.
        "previous_close": _before("close_usd").is_null()
        | (pl.all_horizontal(pl.col(*ohlc).is_not_null()) & pl.any_horizontal(pl.col(*_MOVES).is_null())),
        "ohlc_stale": _repeats(ohlc, gate.stale_days),
        "price_baseline": (_count("return_pct") < few)
        | (pl.col("range_pct").is_not_null() & pl.col("median_range_pct").is_null()),
        "long_liquidations": long | unsummed,
        "short_liquidations": short | unsummed,
        "liquidations_zero": _true(total <= 0),
        "liquidations_partial": _partial("liquidations", "liquidations_usd", gate),
        "liquidations_baseline": total.is_not_null() & pl.col("liquidation_multiple").is_null(),
        "open_interest": pl.col("open_interest_usd").is_null(),
        "previous_open_interest": _before("open_interest_usd").is_null()
        | (pl.col("open_interest_usd").is_not_null() & change.is_null()),
        "open_interest_stale": _repeats(_CONTRACTS, gate.open_interest_stale_days),
        "open_interest_jump": _true(change.abs() > gate.open_interest_move_pct),
        "open_interest_partial": _partial("open_interest", "open_interest_usd", gate),
        "open_interest_baseline": _count("open_interest_change_1d_pct") < few,
        "funding": pl.col("funding_8h_bp").is_null(),
        "funding_partial": _partial("funding", "funding_8h_bp", gate),
        "funding_baseline": pl.col("funding_8h_bp").is_not_null() & (_count("comparable_funding_8h_bp") < few),
        NETFLOW: pl.col("netflow_coin").is_null(),
        "netflow_stale": _repeats(("inflow_coin", "outflow_coin"), gate.stale_days),
        # Without netflow on the day its pull is unknown, so the days before count whatever their pull.
        "netflow_baseline": pl.when(pl.col("netflow_coin").is_null())
        .then(_count("any_netflow") < few)
        .otherwise(_count("netflow_coin") < few),
    }


def _optional() -> dict[str, pl.Expr]:
    return {name: pl.col(feature).is_null() for name, feature in _OPTIONAL.items()}


def _before(column: str) -> pl.Expr:
    return pl.col(column).shift(1).over("asset")


def _count(column: str) -> pl.Expr:
    """Days in the baseline; 0 for a day without a baseline row."""
    count = pl.col(f"{column}_count")
    return pl.when(count.is_null()).then(0).otherwise(count)


def _true(condition: pl.Expr) -> pl.Expr:
    """The condition where its operands are known; another identifier names an unknown operand."""
    return condition.is_not_null() & condition


def _partial(name: str, total: str, gate: Gate) -> pl.Expr:
    """True where there is a total, but of too few of the usual instruments. Without a total the input is missing."""
    share = pl.col(f"{name}_weight_share")
    return pl.col(total).is_not_null() & _true(share < gate.venue_weight_share)


def _repeats(columns: tuple[str, ...], days: int) -> pl.Expr:
    """True where at least one column is known, and every known column has had the same value for `days` days."""
    same = [
        pl.col(column).eq_missing(pl.col(column).shift(lag).over("asset"))
        for column in columns
        for lag in range(1, days)
    ]
    return pl.any_horizontal(pl.col(*columns).is_not_null()) & pl.all_horizontal(same)


def _named(conditions: dict[str, pl.Expr]) -> pl.Expr:
    names = [pl.when(condition).then(pl.lit(name)) for name, condition in conditions.items()]
    joined = pl.concat_str(names, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def data_status(now: datetime, gate: Gate) -> list[pl.Expr]:
    """Expressions for `missing_inputs`, `data_status` and `is_final` of a features frame at the time `now`.

    A day that has not ended by `now` is unfinished. Until `provisional_minutes` after its end a day is
    provisional: netflow may be missing then.
    """
    moment = naive_utc(now)
    ended_at = pl.col("day").cast(pl.Datetime("us")) + pl.duration(days=1)
    unfinished = ended_at > moment
    provisional = ended_at + pl.duration(minutes=gate.provisional_minutes) > moment
    missing = pl.col("missing_inputs")
    named = (
        pl.when(unfinished)
        .then(pl.concat_str([pl.lit(UNFINISHED), missing], separator=",", ignore_nulls=True))
        .otherwise(missing)
    )
    enough = missing.is_null() | (provisional & (missing == NETFLOW))
    status = (
        pl.when(unfinished | ~enough)
        .then(pl.lit("insufficient"))
        .when(provisional)
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("complete"))
    )
    return [named.alias("missing_inputs"), status.alias("data_status"), (~provisional).alias("is_final")]


def naive_utc(moment: datetime) -> datetime:
    """The moment without its zone, as the warehouse stores it; a moment without a zone is UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
