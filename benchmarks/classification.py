"""How long features, labels and evidence take: in memory, and for many assets from the marts to the tables."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.memory import peak_megabytes
from regimes import DailyMarts, classify_in_chunks, features_in_chunks, load_parameters
from regimes.marts import BY_VENUE, NUMBERS, OTHERS, SUPPORTING_NUMBERS
from tables.published.regimes import SUPPORTING_MART
from warehouse.connection import build_database
from warehouse.marts import write_mart
from warehouse.regime_tables import write_classification, write_features

ASSETS = 10
YEARS = (1, 2, 4, 6)
ROUNDS = 3
FIRST = date(2020, 1, 1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
MANY, DAYS = 500, 2 * 365
POSITIONING = ["asset", "day", *SUPPORTING_NUMBERS[SUPPORTING_MART], *OTHERS[SUPPORTING_MART]]


@dataclass(frozen=True)
class Timed:
    """Median seconds over so many days in all."""

    days: int
    seconds: float


@dataclass(frozen=True)
class Written:
    """Seconds from marts to published tables in a build database, and the peak memory of the process in MB."""

    seconds: float
    megabytes: float


def measure() -> list[Timed]:
    """Ten assets over one to six years; the first round, which imports and compiles, is not counted."""
    parameters = load_parameters()
    timed = []
    for years in YEARS:
        rows = drawn_days(ASSETS, 365 * years)
        marts, positioning = marts_of(rows), rows.select(POSITIONING)
        rounds = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            classify_in_chunks(features_in_chunks(marts, parameters, positioning=positioning), parameters, NOW)
            rounds.append(time.perf_counter() - began)
        timed.append(Timed(ASSETS * 365 * years, sorted(rounds[1:])[ROUNDS // 2]))
    return timed


def measure_many(folder: Path) -> Written:
    """500 assets over two years. A process of its own does it: what was in memory before must not count."""
    folder.mkdir(parents=True)
    database, rows = folder / "build.duckdb", drawn_days(MANY, DAYS)
    marts = marts_of(rows)
    with build_database(database) as connection:
        for name in (field.name for field in fields(marts)):
            write_mart(connection, name, getattr(marts, name), "", {})
        write_mart(connection, SUPPORTING_MART, rows.select(POSITIONING), "", {})
    command = [sys.executable, "-m", "benchmarks.classification", str(database)]
    return Written(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def _write(database: Path) -> Written:
    parameters = load_parameters()
    with build_database(database) as connection:
        began = time.perf_counter()
        write_features(connection, parameters)
        write_classification(connection, parameters, NOW)
        return Written(time.perf_counter() - began, peak_megabytes())


def marts_of(rows: pl.DataFrame) -> DailyMarts:
    """The marts of the days of `drawn_days`."""
    frames = {}
    for name in (field.name for field in fields(DailyMarts)):
        key = ("asset", "day", *(("venue", "instrument") if name in BY_VENUE else ()))
        frames[name] = rows.select(*key, *NUMBERS[name], *OTHERS.get(name, ()))
    return DailyMarts(**frames)


def drawn_days(assets: int, days: int) -> pl.DataFrame:
    """Days without a story, with every column of a mart: every number drawn, the same days for each asset."""
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
                "taker_buy_share": 0.5 + draw.gauss(0, 0.02),
                "long_short_account_ratio": draw.lognormvariate(0.2, 0.2),
                "top_trader_long_short_position_ratio": draw.lognormvariate(0.1, 0.2),
                "perpetual_premium_pct": draw.gauss(0, 0.05),
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
    return pl.concat([one.with_columns(pl.lit(f"A{i}").alias("asset")) for i in range(assets)])


if __name__ == "__main__":
    print(json.dumps(asdict(_write(Path(sys.argv[1])))))
