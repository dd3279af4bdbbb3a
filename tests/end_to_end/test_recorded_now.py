"""The recorded market read hour by hour over the flush of 2026-01-31, beside what its files say in plain Python."""

from __future__ import annotations

import csv
import gzip
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.landing import Landing
from orchestration import now as module
from orchestration.now import refresh_now
from regimes import DailyMarts, classify_in_chunks, features_in_chunks, load_parameters
from regimes.midnight_readings import midnight_agreement
from tests.end_to_end.recorded_market import KEY, RecordedMarket, run
from tests.pipelines import published
from tests.recordings import NOT_RECORDED, RECORDED
from warehouse.hourly_history import landed_events, landed_readings
from warehouse.settings import Settings

pytestmark = [pytest.mark.proof, pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED)]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST_DAY = "2025-06-01"  # half a year of days before the readings: as many as a percentile needs
COMPARED = [date(2026, 1, 23) + day * DAY for day in range(10)]  # the days that a reading at 24:00 is compared with
STEPPED = [datetime(2026, 1, 31, hour) for hour in (12, *range(15, 21))]  # each hour alone around the flush
FLUSH_DAY = date(2026, 1, 31)
KNOWN_AT = datetime(2026, 1, 31, 6, 30)  # what was known then is asked before and after later steps


@dataclass
class Watched:
    """Readings after each step of the clock, and what `now_as_of` said at KNOWN_AT, before and after later steps."""

    warehouse: Path
    after: list[tuple[datetime, pl.DataFrame]] = field(default_factory=list)
    events: pl.DataFrame = field(default_factory=pl.DataFrame)
    known: list[str] = field(default_factory=list)

    @property
    def readings(self) -> pl.DataFrame:
        """The first reading of each window of Bitcoin, by its end."""
        newest = self.after[-1][1].filter((pl.col("asset") == "BTC") & (pl.col("revision") == 1))
        return newest.sort("window_ended_at")

    @property
    def labels(self) -> dict[datetime, str]:
        return dict(self.readings.select("window_ended_at", "event").iter_rows())

    @property
    def flush_at(self) -> datetime:
        """The hour of the day of the flush from which on it is read, after another label."""
        labels = self.labels
        flush = "leverage_flush"
        return next(end for end in hours_of(FLUSH_DAY) if labels[end] == flush and labels[end - HOUR] != flush)


@pytest.fixture(scope="module")
def watched(unlimited: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Five midnights up to the clock's start, each alone; then every hour from 2026-01-28 to 2026-02-02.

    Up to the flush a step reads the hours of a day, around it one. Daily runs come in between, as they do at night.
    """
    market, found = RecordedMarket(), Watched(tmp_path_factory.mktemp("recorded-now") / "warehouse")

    def daily(now: datetime, last_day: date) -> None:
        market.set(now=f"{now:%Y-%m-%dT%H:%M:%SZ}")
        days = ("--from", FIRST_DAY, "--to", str(last_day))
        ran = run(market.url, found.warehouse, f"{now:%Y-%m-%dT%H:%M:%SZ}", *days, catalogue=unlimited)
        assert ran.status == 0, ran.said

    def step(end: datetime, back: timedelta) -> None:
        now = end + timedelta(minutes=2)
        market.set(now=f"{now:%Y-%m-%dT%H:%M:%SZ}")
        patch.setattr(module, "READ_BACK", back)
        settings = Settings(market=market.url, warehouse=found.warehouse, catalogue=unlimited)
        read = refresh_now(settings, now.replace(tzinfo=UTC))
        assert not read.document["skipped"]
        with duckdb.connect() as connection:
            landing = Landing(settings.resolved_warehouse().landing)
            found.after.append((now, landed_readings(connection, landing)))
            found.events = landed_events(connection, landing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COINALYZE_API_KEY", KEY)
        daily(datetime(2026, 1, 28, 6), date(2026, 1, 27))
        for midnight in (datetime(2026, 1, 24) + day * DAY for day in range(5)):
            step(midnight, HOUR)
        for end in (datetime(2026, 1, day) for day in (29, 30, 31)):
            step(end, DAY)
        step(datetime(2026, 1, 31, 6), 6 * HOUR)
        daily(datetime(2026, 1, 31, 6), date(2026, 1, 30))
        found.known.append(known_at(found.warehouse))
        reached = datetime(2026, 1, 31, 6)
        for end in [*STEPPED, datetime(2026, 2, 1), datetime(2026, 2, 1, 8), datetime(2026, 2, 2)]:
            step(end, end - reached)
            reached = end
        daily(datetime(2026, 2, 2, 4), date(2026, 2, 1))
        found.known.append(known_at(found.warehouse))
    yield found
    market.stop()


def known_at(warehouse: Path) -> str:
    with duckdb.connect(warehouse / "published" / "leverage.duckdb", read_only=True) as connection:
        return repr(connection.execute("FROM now_as_of(?)", [KNOWN_AT]).fetchall())


def test_every_hour_is_read(watched: Watched) -> None:
    ends = watched.readings.filter(pl.col("window_ended_at") > datetime(2026, 1, 28))["window_ended_at"].to_list()
    assert ends == [datetime(2026, 1, 28) + hour * HOUR for hour in range(1, 121)]


def test_the_flush_is_read_within_two_hours_of_its_conditions(watched: Watched) -> None:
    first = next(end for end in hours_of(FLUSH_DAY) if is_flush(end))
    assert abs(watched.flush_at - first) <= 2 * HOUR
    assert not any(is_flush(end) for end in hours_of(FLUSH_DAY - DAY))


def test_one_event_says_that_the_flush_begins(watched: Watched) -> None:
    """From its conditions on it takes two clear readings. Nothing is announced on the days before and after."""
    first = next(end for end in hours_of(FLUSH_DAY) if is_flush(end))
    begun = watched.events.filter(pl.col("kind") == "flush_begins")
    assert begun["asset"].to_list() == ["BTC"]
    assert first <= begun["happened_at"].item() <= first + 2 * HOUR
    assert begun["available_at"].item() == begun["happened_at"].item() + timedelta(minutes=2)


def test_the_label_is_steady_in_the_twelve_hours_after(watched: Watched) -> None:
    labels = [watched.labels[watched.flush_at + hour * HOUR] for hour in range(13)]
    assert sum(one != other for one, other in pairwise(labels)) <= 2, labels


def test_the_reading_at_midnight_is_the_label_of_the_day_before_its_flows_are_known(watched: Watched) -> None:
    """Flows decide some labels of these days, such as a selloff on spot selling. The hours cannot know them."""
    release = published(watched.warehouse)
    days = release["regimes_daily"].filter(pl.col("asset") == "BTC")
    daily = dict(days.select("day", "event").iter_rows())
    readings = {day: watched.labels[midnight(day) + DAY] for day in COMPARED}
    without_flows = {day: label_without_flows(release, day) for day in COMPARED}
    assert sum(readings[day] == without_flows[day] for day in COMPARED) >= 9, (readings, without_flows)
    differing = {day for day in COMPARED if readings[day] != daily[day]}
    assert all(without_flows[day] != daily[day] for day in differing), (readings, daily)
    assert readings[FLUSH_DAY] == daily[FLUSH_DAY] == "leverage_flush"


def test_the_validation_measures_the_readings_at_midnight(watched: Watched) -> None:
    release, now = published(watched.warehouse), datetime(2026, 2, 2, 6, tzinfo=UTC)
    marts, parameters = (
        DailyMarts(**{field.name: release[field.name] for field in fields(DailyMarts)}),
        load_parameters(),
    )
    days = classify_in_chunks(features_in_chunks(marts, parameters), parameters, now).days
    found = midnight_agreement(release["readings_hourly"], days, marts, parameters, now)
    measured = {each.compared_with: (each.same, each.days) for each in found}
    assert measured == {"the label before its flows are known": (10, 10), "the final label": (8, 10)}


def label_without_flows(release: dict[str, pl.DataFrame], day: date) -> str:
    """The label of a day from the published daily marts, with its exchange flows unknown."""
    marts = {field.name: release[field.name].filter(pl.col("day") <= day) for field in fields(DailyMarts)}
    flows = marts["exchange_flows_daily"]
    measures = [name for name, kind in flows.schema.items() if name != "day" and kind.is_numeric()]
    unknown = [pl.when(pl.col("day") < day).then(pl.col(name)).alias(name) for name in measures]
    marts["exchange_flows_daily"] = flows.with_columns(unknown)
    parameters, run_at = load_parameters(), datetime.combine(day + DAY, time(0, 30), UTC)
    labelled = classify_in_chunks(features_in_chunks(DailyMarts(**marts), parameters), parameters, run_at).days
    return str(labelled.filter((pl.col("day") == day) & (pl.col("asset") == "BTC"))["event"].item())


def test_no_reading_changes_but_as_a_new_row(watched: Watched) -> None:
    for (_, before), (moment, after) in pairwise(watched.after):
        assert after.filter(pl.col("available_at") < moment).equals(before)
    newest = watched.after[-1][1]
    assert newest.select("asset", "window_ended_at", "revision").is_unique().all()


def test_a_daily_run_takes_the_readings_into_its_release_and_keeps_the_newest(watched: Watched) -> None:
    release, (_, newest) = published(watched.warehouse), watched.after[-1]
    key = ["asset", "window_ended_at", "revision"]
    assert release["readings_hourly"].sort(key).select(newest.columns).equals(newest.sort(key))
    document = json.loads((watched.warehouse / "published" / "now.json").read_text())
    assert document["window_ended_at"] == "2026-02-02T00:00:00+00:00"
    assert json.loads((watched.warehouse / "published" / "latest.json").read_text())["last_day"] == "2026-02-01"


def test_what_was_known_at_a_time_stays_the_same(watched: Watched) -> None:
    before, after = watched.known
    assert before == after
    assert before.count("datetime.datetime(2026, 1, 31, 6, 0)") > 0


def hours_of(day: date) -> list[datetime]:
    """The ends of the windows that belong to a day."""
    return [datetime.combine(day, datetime.min.time()) + hour * HOUR for hour in range(1, 25)]


def is_flush(end: datetime) -> bool:
    """Whether the 24 hours up to `end` fell, closed contracts, and closed longs by force, all beyond the ordinary.

    Each bound is the middle of the range within which a condition of the rules passes from false to true.
    """
    fall = close_before(end) / close_before(end - DAY) - 1
    returns = [close_before(day) / close_before(day - DAY) - 1 for day in midnights(end, 90)]
    middle = statistics.median(returns)
    deviation = 1.4826 * statistics.median(abs(one - middle) for one in returns)
    closed = open_interest(end) / open_interest(end - DAY) - 1
    longs, shorts = liquidations(end)
    usual = statistics.median(sum(liquidations_of(day.date() - DAY)) for day in midnights(end, 30))
    return (
        (fall - middle) / deviation <= -1.75
        and closed <= -0.0325
        and (longs + shorts) / usual >= 1.75
        and longs / (longs + shorts) >= 0.6
    )


def midnights(end: datetime, count: int) -> list[datetime]:
    """The ends of so many days before the day that the hour before `end` lies in."""
    day = datetime.combine((end - HOUR).date(), datetime.min.time())
    return [day - back * DAY for back in range(count)]


def close_before(end: datetime) -> float:
    """The spot price of an hour's end, in USD."""
    return float(recorded("binance_spot_BTCUSDT_1h", "open_time")[stamp(end - HOUR)]["close"])


def open_interest(end: datetime) -> float:
    """Coins at the last observation of the ten minutes up to `end`."""
    seen = recorded("binance_um_BTCUSDT_metrics_5m", "t")
    return next(float(seen[at]["oi"]) for at in range(stamp(end), stamp(end) - 601_000, -1000) if at in seen)


def liquidations(end: datetime) -> tuple[float, float]:
    """Longs and shorts closed by force in 24 hours, in USD: each day's coins, spread over its hours as CoinGlass has
    them, at the close of the hour."""
    longs = shorts = 0.0
    for start in (end - hour * HOUR for hour in range(24, 0, -1)):
        day = start.date()
        profile = [recorded("coinglass_BTC_liquidation_1h", "time")[stamp(one - HOUR)] for one in hours_of(day)]
        hour, coins = profile[start.hour], recorded("coinalyze_BTCUSDT_PERP.A_liquidation", "t")[stamp(midnight(day))]
        price = float(recorded("binance_um_BTCUSDT_1h", "open_time")[stamp(start)]["close"])
        longs += price * float(coins["l"]) * float(hour["longUsd"]) / sum(float(one["longUsd"]) for one in profile)
        shorts += price * float(coins["s"]) * float(hour["shortUsd"]) / sum(float(one["shortUsd"]) for one in profile)
    return longs, shorts


def liquidations_of(day: date) -> tuple[float, float]:
    """Longs and shorts of a calendar day, in USD at its close."""
    coins = recorded("coinalyze_BTCUSDT_PERP.A_liquidation", "t")[stamp(midnight(day))]
    price = float(recorded("coinalyze_BTCUSDT_PERP.A_ohlcv", "t")[stamp(midnight(day))]["c"])
    return price * float(coins["l"]), price * float(coins["s"])


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def stamp(moment: datetime) -> int:
    return 1000 * int(moment.replace(tzinfo=UTC).timestamp())


@cache
def recorded(name: str, key: str) -> dict[int, dict[str, str]]:
    """The rows of a recording by their time in milliseconds."""
    with gzip.open(RECORDED / "data" / f"{name}.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    second = 1 if int(rows[0][key]) > 10**11 else 1000
    return {second * int(row[key]): row for row in rows}
