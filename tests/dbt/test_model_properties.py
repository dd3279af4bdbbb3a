"""What holds for the marts however observations came in, whichever venue is gone, however often funding is paid."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from ingest.feeds import feed_named
from regimes import load_parameters
from regimes.comparable_funding import comparable_funding
from tests.dbt.compiled_models import CompiledModels, Row
from tests.dbt.venue_observations import DAYS, HOUR, observations
from tests.properties import examples

BY_VENUE = (
    "funding_by_venue_daily", "liquidations_by_venue_daily", "open_interest_by_venue_daily", "prices_by_venue_daily",
)  # fmt: skip
DAILY = (
    "prices_daily", "funding_daily", "liquidations_daily", "open_interest_daily", "venue_coverage_daily",
    "dim_instruments", "dim_funding_intervals", "rolling_24h_daily", "exchange_flows_daily", "network_activity_daily",
)  # fmt: skip
# Restated as a whole: a pull of a part would hide the rest.
WHOLE = "coinmetrics_network"


OBSERVED = observations()
EVERYTHING = [(feed, row) for _, feed, row in OBSERVED]
# Shrinking an example of tables says little and takes minutes.
few = examples(8, phases=[Phase.generate])


def pages(rows: list[tuple[str, Row]], lengths: list[int]) -> list[tuple[str, list[Row]]]:
    """The rows of each feed in their order, cut into segments of those lengths in turn."""
    by_feed: dict[str, list[Row]] = {}
    for feed, row in rows:
        by_feed.setdefault(feed, []).append(row)
    cut = []
    for feed, all_of_it in by_feed.items():
        rest, turn = all_of_it, 0
        if feed == WHOLE:
            cut.append((feed, all_of_it))
            continue
        while rest:
            length = lengths[turn % len(lengths)]
            cut.append((feed, rest[:length]))
            rest, turn = rest[length:], turn + 1
    return cut


@pytest.fixture(scope="module")
def models(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledModels]:
    opened = CompiledModels(compiled, tmp_path_factory.mktemp("compiled"), (*BY_VENUE, *DAILY))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def undisturbed(models: CompiledModels) -> dict[str, pl.DataFrame]:
    marts = models.marts(pages(EVERYTHING, [1000]))
    assert {row["venue"] for row in marts["funding_by_venue_daily"].to_dicts()} == {"binance", "bybit", "kraken"}
    assert all(frame.height for frame in marts.values()), "every mart has something to lose"
    for name, measure in (("rolling_24h_daily", "worst_return_24h_pct"), ("exchange_flows_daily", "netflow_coin")):
        assert marts[name][measure].count() > 2, name
    return marts


def assert_same(found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> None:
    """Equal but for the time at which the vendor was asked."""
    when = cs.by_name("pulled_at", require_all=False)
    differing = [n for n, frame in expected.items() if not found[n].drop(when).equals(frame.drop(when))]
    assert differing == []


@few
@given(seed=st.randoms(use_true_random=False), lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_order_duplication_and_pages_change_no_mart(models, undisturbed, seed: random.Random, lengths) -> None:
    rows = EVERYTHING + seed.sample(EVERYTHING, len(EVERYTHING) // 2)
    seed.shuffle(rows)
    assert_same(models.marts(pages(rows, lengths)), undisturbed)


@few
@given(seed=st.randoms(use_true_random=False))
def test_a_restated_row_counts_as_it_was_restated_last(models, undisturbed, seed: random.Random) -> None:
    """Wrong values first, in any number, then what is right."""
    wrong = [(feed, misstated(feed, row, seed)) for feed, row in seed.choices(EVERYTHING, k=60)]
    assert_same(models.marts([*pages(wrong, [7]), *pages(EVERYTHING, [50])]), undisturbed)


def misstated(feed: str, row: Row, seed: random.Random) -> Row:
    key = feed_named(feed).key
    return {
        name: value * seed.uniform(0.5, 2.0) if isinstance(value, float) and name not in key else value
        for name, value in row.items()
    }


def settlements(feed: str, symbol: str, hours: int, paces: list[float]) -> list[tuple[str, Row]]:
    """What a contract pays every so many hours at a pace of bp per 8 hours, one pace a day."""
    return [
        (feed, {"symbol": symbol, "settled_at": day + at * HOUR, "funding_rate": pace / 10_000 * hours / 8})
        for day, pace in zip(DAYS, paces, strict=True)
        for at in range(hours, 25, hours)
    ]


@few
@given(
    paces=st.lists(st.floats(-40.0, 40.0), min_size=len(DAYS), max_size=len(DAYS)),
    often=st.sampled_from([1, 2, 4, 8]),
    seldom=st.sampled_from([1, 2, 4, 8]),
)
def test_funding_at_one_pace_is_one_rate_however_often_it_is_paid(models, paces, often: int, seldom: int) -> None:
    rows = settlements("binance_um_funding", "BTCUSDT", often, paces)
    rows += settlements("bybit_funding", "BTCUSDT", seldom, paces)
    marts = models.marts(pages(rows, [1000]))
    for venue in ("binance", "bybit"):
        told = marts["funding_by_venue_daily"].filter(pl.col("venue") == venue)
        assert told["funding_8h_bp"].to_list() == pytest.approx(paces[1:])
        assert told["is_complete"].all()
    of_the_asset = marts["funding_daily"].filter(pl.col("asset") == "BTC")
    assert of_the_asset["funding_8h_bp"].to_list() == pytest.approx(paces[1:])
    assert of_the_asset["funding_dispersion_bp"].to_list() == pytest.approx([0.0] * len(paces[1:]), abs=1e-9)


@few
@given(falls=st.lists(st.floats(0.02, 0.4), min_size=len(DAYS), max_size=len(DAYS)), inverse=st.floats(1e3, 1e6))
def test_an_unchanged_number_of_contracts_is_no_change_of_open_interest(models, falls, inverse: float) -> None:
    """Linear contracts are counted in coins, inverse ones in USD; in USD alone the fall would look like closing."""
    rows: list[tuple[str, Row]] = []
    price = 1000.0
    for day, fall in zip(DAYS, falls, strict=True):
        price *= 1.0 - fall
        end = {"symbol": "BTCUSDT", "snapshot_at": day + timedelta(days=1)}
        bar = {"symbol": "BTCUSDT", "open_at": day, "open": price, "high": price, "low": price, "close": price}
        rows += [
            ("binance_um_klines", {**bar, "interval": "1d"}),
            ("bybit_klines", {**bar, "interval": "1d"}),
            ("binance_um_open_interest", {
                **end, "labelled_at": end["snapshot_at"], "channel": "archive",
                "open_interest_coin": 90.0, "open_interest_usd": 90.0 * price,
            }),
            ("bybit_open_interest", {**end, "open_interest_both_sides_coin": 80.0}),
            ("coinalyze_open_interest", {
                "symbol": "BTCUSD_PERP.A", "open_at": day,
                "open": inverse, "high": inverse, "low": inverse, "close": inverse,
            }),
        ]  # fmt: skip
    told = models.marts(pages(rows, [1000]))["open_interest_daily"].filter(pl.col("asset") == "BTC")
    assert told["open_interest_change_1d_pct"].to_list() == pytest.approx([0.0] * told.height)
    assert told["open_interest_usd_change_1d_pct"].max() < 0.0


@pytest.mark.parametrize("gone", sorted({venue for venue, _, _ in OBSERVED}))
def test_a_venue_that_is_gone_changes_no_row_of_another(models, undisturbed, gone: str) -> None:
    left = models.marts(pages([(feed, row) for venue, feed, row in OBSERVED if venue != gone], [1000]))
    for name in (*BY_VENUE, "dim_instruments", "dim_funding_intervals"):
        others = undisturbed[name].filter(pl.col("venue") != gone)
        assert left[name].filter(pl.col("venue") != gone).equals(others, null_equal=True), name


def observed_without(gone: str, since: datetime) -> list[tuple[str, Row]]:
    """Everything but what the venue said at that moment or later."""
    return [
        (feed, row)
        for venue, feed, row in OBSERVED
        if venue != gone or next(v for v in row.values() if isinstance(v, datetime)) < since
    ]


@pytest.mark.parametrize("gone", ["binance", "bybit", "kraken", "gate"])
def test_a_venue_that_vanishes_is_named_and_moves_no_change_of_open_interest(models, undisturbed, gone: str) -> None:
    marts = models.marts(pages(observed_without(gone, DAYS[-1]), [1000]))
    day = DAYS[-1].date()
    (missing,) = marts["venue_coverage_daily"].filter(
        (pl.col("day") == day) & (pl.col("series") == "open_interest") & (pl.col("asset") == "BTC")
    ).to_dicts()  # fmt: skip
    assert (missing["missing_venues"], missing["reporting_share"] < 1) == (gone, True)
    (total,) = marts["open_interest_daily"].filter((pl.col("day") == day) & (pl.col("asset") == "BTC")).to_dicts()
    others = undisturbed["open_interest_by_venue_daily"].filter((pl.col("day") == day) & (pl.col("venue") != gone))
    assert (
        others["open_interest_change_1d_pct"].min()
        <= total["open_interest_change_1d_pct"]
        <= others["open_interest_change_1d_pct"].max()
    )
    assert gone not in total["venues"]


@pytest.mark.parametrize("gone", ["binance", "bybit", "kraken"])
def test_a_venue_that_vanishes_leaves_funding_the_past_of_the_others(models, gone: str) -> None:
    """What the last day is held against is what the others paid, as if the venue had never been there."""
    day = DAYS[-2].date()  # the last that is paid in whole
    vanished = models.marts(pages(observed_without(gone, DAYS[-2] + HOUR), [1000]))
    never = models.marts(pages(observed_without(gone, DAYS[0]), [1000]))["funding_daily"].drop_nulls("venues")
    days = vanished["funding_daily"].drop_nulls("venues")
    assert [gone in venues for venues in days["venues"]] == [each < day for each in days["day"]]
    paid = comparable_funding(SimpleNamespace(**vanished), load_parameters().windows)
    past = paid.filter(pl.col("funding_set") == paid.filter("is_of_day").sort("day")["funding_set"].last())
    assert past["day"].to_list() == never["day"].to_list()
    assert past["comparable_funding_8h_bp"].to_list() == pytest.approx(never["funding_8h_bp"].to_list(), abs=1e-8)
