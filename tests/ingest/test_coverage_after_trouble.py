"""Whatever a venue leaves out for a while, coverage claims what came or is confirmed absent, and the rest comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.coverage import A_DAY_APART, LATE, Coverage
from ingest.landing import INGESTED_AT, Landing
from ingest.pull import pull
from ingest.windows import day_start
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, days
from tests.properties import examples

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, LAST = "2026-01-05", "2026-01-10"
WINDOW = days(FIRST, LAST)
START = at("2026-01-11T05:30")  # of the first run: some days are settled, some may still be late


@dataclass(frozen=True)
class Trouble:
    """One run: hours since the last one, the slots that the venue has, and the rows that a page has at most."""

    hours: int
    has: frozenset[int]
    cap: int


@dataclass(frozen=True)
class Shape:
    """How a venue answers about slots: `rows` of a question, from the slots that it has and the cap."""

    feed: str
    symbol: str
    series: str
    step: timedelta
    rows: Callable[[dict[str, Any], list[datetime], int], Any]

    @property
    def slots(self) -> list[datetime]:
        return [WINDOW.start + n * self.step for n in range((WINDOW.end - WINDOW.start) // self.step)]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def bybit(params: dict[str, Any], has: list[datetime], cap: int) -> Any:
    inside = [s for s in has if params["start"] <= _ms(s) <= params["end"] and params["interval"] == "D"]
    rows = [[str(_ms(s)), "1", "2", "1", "2", "5", "10"] for s in sorted(inside, reverse=True)[:cap]]
    return {"retCode": 0, "result": {"list": rows}}


def hyperliquid(params: dict[str, Any], has: list[datetime], cap: int) -> Any:
    inside = [s for s in has if params["startTime"] <= _ms(s) <= params["endTime"]]
    return [{"coin": "BTC", "fundingRate": "0.00001", "premium": "0", "time": _ms(s)} for s in sorted(inside)[:cap]]


def coinalyze(params: dict[str, Any], has: list[datetime], cap: int) -> Any:
    inside = [s for s in has if params["from"] <= _ms(s) // 1000 <= params["to"]]
    history = [{"t": _ms(s) // 1000, "o": 1, "h": 2, "l": 1, "c": 2} for s in sorted(inside)[:cap]]
    return [{"symbol": params["symbols"], "history": history}]


SHAPES = (
    Shape("bybit_klines", "BTCUSDT", "BTCUSDT/1d", DAY, bybit),
    Shape("hyperliquid_funding", "BTC", "BTC", 6 * HOUR, hyperliquid),
    Shape("coinalyze_open_interest", "BTCUSDT_PERP.A", "BTCUSDT_PERP.A", DAY, coinalyze),
)
TROUBLES = st.lists(
    st.builds(Trouble, st.integers(1, 60), st.frozensets(st.integers(0, 23)), st.integers(1, 30)), max_size=6
)


def run(shape: Shape, landing: Landing, held: Coverage, now: datetime, has: list[datetime], cap: int) -> None:
    venues = ScriptedVenues(lambda url, params: shape.rows(params, has, cap))
    keys = {"COINALYZE_API_KEY": "k"}
    asked = {"now": f"{now:%Y-%m-%dT%H:%M}", "symbols": (shape.symbol,), "margin_type": "linear"}
    request = asking(shape.feed, venues, WINDOW, held=held, keys=keys, **asked)
    assert pull(request, landing).skipped is None


def landed(shape: Shape, landing: Landing) -> pl.DataFrame:
    frames = [pl.read_parquet(landing.path(segment)) for segment in landing.segments([shape.feed])]
    rows = pl.concat(frames).drop(INGESTED_AT).unique() if frames else pl.DataFrame()
    if "interval" in rows.columns:
        rows = rows.filter(pl.col("interval") == "1d")
    return rows.sort(pl.all()) if rows.width else rows


def came(rows: pl.DataFrame, shape: Shape) -> set[datetime]:
    observed = next((name for name in ("open_at", "settled_at") if name in rows.columns), None)
    return {at(f"{stamp:%Y-%m-%dT%H:%M}") for stamp in rows[observed]} if observed else set()


@pytest.mark.parametrize("shape", [s for s in SHAPES if s.step == DAY], ids=lambda shape: shape.feed)
@examples(15)
@given(troubles=TROUBLES)
def test_coverage_claims_what_came_and_what_the_venue_has_twice_answered_with_nothing(
    shape: Shape, troubles: list[Trouble]
) -> None:
    with TemporaryDirectory() as folder:
        landing, held, now = Landing(Path(folder)), Coverage(), START
        nothing: dict[datetime, list[datetime]] = {slot: [] for slot in shape.slots}
        for trouble in troubles:
            now += trouble.hours * HOUR
            held.now = now
            asked = held.missing(shape.series, WINDOW)
            run(shape, landing, held, now, [s for n, s in enumerate(shape.slots) if n in trouble.has], trouble.cap)
            here = came(landed(shape, landing), shape)
            for slot in shape.slots:
                settled = slot + shape.step <= day_start((now - LATE).date())
                if settled and slot not in here and any(w.start <= slot < w.end for w in asked):
                    nothing[slot].append(now)
            claimed = held.of(shape.series, "rest")
            assert {s for s in shape.slots if any(w.start <= s < w.end for w in claimed)} == here
            confirmed = held.confirmed_absent(shape.series, "rest")
            for slot in set(shape.slots) - here:
                twice = bool(nothing[slot]) and nothing[slot][-1] - nothing[slot][0] >= A_DAY_APART
                assert any(w.start <= slot < w.end for w in confirmed) == twice, slot


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.feed)
@examples(8)
@given(troubles=TROUBLES)
def test_after_the_venue_recovers_everything_has_come(shape: Shape, troubles: list[Trouble]) -> None:
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        landing, held, now = Landing(Path(folder)), Coverage(), START
        for trouble in troubles:
            now += trouble.hours * HOUR
            run(shape, landing, held, now, [s for n, s in enumerate(shape.slots) if n in trouble.has], trouble.cap)
        for wait in (1, 2, 4, 8, 16, 32, 64):
            now += wait * DAY
            run(shape, landing, held, now, shape.slots, 1000)
        undisturbed = Landing(Path(other))
        run(shape, undisturbed, Coverage(), now, shape.slots, 1000)
        assert landed(shape, landing).equals(landed(shape, undisturbed))
