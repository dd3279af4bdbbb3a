"""What holds for the marts however the observations of several venues came in, and whichever venue is gone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import polars as pl
import pytest
from compiled_models import CompiledModels, Row
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from venue_observations import DAYS, HOUR, observations

from ingest.feeds import feed_named
from regimes import load_parameters
from regimes.feed_sets import comparable_funding

BY_VENUE = ("funding_by_venue_daily", "liquidations_by_venue_daily", "open_interest_by_venue_daily")
DAILY = (
    "prices_daily", "funding_daily", "liquidations_daily", "open_interest_daily", "venue_coverage_daily",
    "dim_instruments", "dim_funding_intervals",
)  # fmt: skip


OBSERVED = observations()
EVERYTHING = [(feed, row) for _, feed, row in OBSERVED]
# Shrinking an example of tables says little and takes minutes.
few = settings(max_examples=8, deadline=None, phases=[Phase.generate])


def pages(rows: list[tuple[str, Row]], lengths: list[int]) -> list[tuple[str, list[Row]]]:
    """The rows of each feed in their order, cut into segments of those lengths in turn."""
    by_feed: dict[str, list[Row]] = {}
    for feed, row in rows:
        by_feed.setdefault(feed, []).append(row)
    cut = []
    for feed, all_of_it in by_feed.items():
        rest, turn = all_of_it, 0
        while rest:
            length = lengths[turn % len(lengths)]
            cut.append((feed, rest[:length]))
            rest, turn = rest[length:], turn + 1
    return cut


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledModels]:
    compiled = CompiledModels(tmp_path_factory.mktemp("compiled"), (*BY_VENUE, *DAILY))
    yield compiled
    compiled.close()


@pytest.fixture(scope="module")
def undisturbed(models: CompiledModels) -> dict[str, pl.DataFrame]:
    marts = models.marts(pages(EVERYTHING, [1000]))
    assert {row["venue"] for row in marts["funding_by_venue_daily"].to_dicts()} == {"binance", "bybit", "kraken"}
    assert all(frame.height for frame in marts.values()), "every mart has something to lose"
    return marts


def assert_same(found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> None:
    differing = [name for name, frame in expected.items() if not found[name].equals(frame, null_equal=True)]
    assert differing == []


@few
@given(seed=st.randoms(use_true_random=False), lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_order_duplication_and_pages_change_no_mart(models, undisturbed, seed: random.Random, lengths) -> None:
    rows = EVERYTHING + seed.sample(EVERYTHING, 40)
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
    assert (missing["missing_venues"], missing["present_share"] < 1) == (gone, True)
    (total,) = marts["open_interest_daily"].filter((pl.col("day") == day) & (pl.col("asset") == "BTC")).to_dicts()
    others = undisturbed["open_interest_by_venue_daily"].filter((pl.col("day") == day) & (pl.col("venue") != gone))
    assert others["change_1d_pct"].min() <= total["change_1d_pct"] <= others["change_1d_pct"].max()
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
    assert past["comparable_funding_bp"].to_list() == pytest.approx(never["rate_8h_bp"].to_list(), abs=1e-8)
