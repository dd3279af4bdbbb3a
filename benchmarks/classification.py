"""How long features, labels, states, scenarios and evidence take, and that it grows with the days and nothing else."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

import polars as pl

from regimes import DailyMarts, classify, daily_features, load_parameters
from regimes.marts import BY_VENUE, NUMBERS, OTHERS

ASSETS = 10
YEARS = (1, 2, 4, 6)
ROUNDS = 3
FIRST = date(2020, 1, 1)


@dataclass(frozen=True)
class Timed:
    """Median seconds over so many days in all."""

    days: int
    seconds: float


def measure() -> list[Timed]:
    """Ten assets over one to six years; the first round, which imports and compiles, is not counted."""
    parameters = load_parameters()
    timed = []
    for years in YEARS:
        marts = noise(ASSETS, 365 * years)
        rounds = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            classify(daily_features(marts, parameters), parameters, datetime(2030, 1, 1, tzinfo=UTC))
            rounds.append(time.perf_counter() - began)
        timed.append(Timed(ASSETS * 365 * years, sorted(rounds[1:])[ROUNDS // 2]))
    return timed


def noise(assets: int, days: int) -> DailyMarts:
    """Marts of days without a story: every number drawn, every column there."""
    draw = random.Random(1)
    close, contracts, rows = 50_000.0, 90_000.0, []
    for position in range(days):
        move, change = draw.gauss(0.0, 2.0), draw.gauss(0.0, 2.0)
        low, high = min(move, 0.0) - abs(draw.gauss(0, 1)), max(move, 0.0) + abs(draw.gauss(0, 1))
        previous, close = close, close * (1 + move / 100)
        contracts *= 1 + change / 100
        long, short = (10e6 * draw.lognormvariate(0, 0.6) for _ in range(2))
        inflow, outflow = 25_000 + draw.gauss(0, 3_000), 25_000 + draw.gauss(0, 3_000)
        rows.append(
            {
                "day": FIRST + timedelta(days=position),
                "open_usd": previous,
                "close_usd": close,
                "high_usd": previous * (1 + high / 100),
                "low_usd": previous * (1 + low / 100),
                "return_pct": move,
                "low_vs_previous_close_pct": low,
                "high_vs_previous_close_pct": high,
                "range_pct": high - low,
                "long_liquidations_usd": long,
                "short_liquidations_usd": short,
                "liquidations_usd": long + short,
                "long_share": long / (long + short),
                "previous_open_interest_share": 0.001,
                "open_interest_usd": contracts * close,
                "open_interest_coin": contracts,
                "open_interest_change_1d_pct": change,
                "linear_open_interest_coin": contracts,
                "inverse_open_interest_usd": None,
                "open_interest_change_3d_pct": draw.gauss(0, 4),
                "open_interest_change_7d_pct": draw.gauss(0, 6),
                "open_interest_usd_change_1d_pct": change + move,
                "open_interest_usd_change_3d_pct": draw.gauss(0, 5),
                "open_interest_usd_change_7d_pct": draw.gauss(0, 7),
                "open_interest_share_of_7d_max": 0.98,
                "funding_8h_bp": draw.gauss(0.6, 0.3),
                "weight_usd": 1e9,
                "is_weight_assumed": False,
                "inflow_coin": inflow,
                "outflow_coin": outflow,
                "netflow_coin": inflow - outflow,
                "reserve_coin": 2.6e6,
                "reserve_usd": 2.6e6 * close,
                "fund_netflow_usd": draw.gauss(5e7, 2e8),
                "active_addresses_count": 650_000 * (1 + draw.gauss(0, 0.03)),
                "worst_return_24h_pct": move - 1,
                "best_return_24h_pct": move + 1,
                "open_interest_fall_24h_pct": change - 1,
                "feed_set": "a",
                "instruments": "CONTRACT",
                "venues": "venue",
                "venue": "venue",
                "instrument": "CONTRACT",
                "feed": "a",
                "pulled_at": datetime(2030, 1, 1),
                "is_offered": True,
                "is_complete": True,
                "counted_as": "a",
                "open_interest_fall_24h_ended_at": datetime.combine(
                    FIRST + timedelta(days=position), datetime.min.time()
                ),
            }
        )
    one = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("inverse_open_interest_usd").cast(pl.Float64)
    )
    wide = pl.concat([one.with_columns(pl.lit(f"A{i}").alias("asset")) for i in range(assets)])
    frames = {}
    for name in (field.name for field in fields(DailyMarts)):
        key = ("asset", "day", *(("venue", "instrument") if name in BY_VENUE else ()))
        frames[name] = wide.select(*key, *NUMBERS[name], *OTHERS.get(name, ()))
    return DailyMarts(**frames)
