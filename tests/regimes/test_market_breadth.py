"""The market over all assets: each asset counts once, totals name the assets behind them, unknown is never zero."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimes import Parameters, classify, daily_features, market_breadth_daily, market_daily, regime_labels
from regimes.labels import GROUP_OF, Group, Label
from tables.published.market import COUNTS
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, marts_of, quiet_day, settled_days

FLUSH = quiet_day(
    return_pct=-6.0,
    low_pct=-9.0,
    high_pct=0.2,
    long_usd=40e6,
    short_usd=8e6,
    open_interest_change_pct=-7.0,
)
LAST_DAYS = {
    "flushed": FLUSH,
    "short_squeezed": FLUSH.mirrored(),
    "quiet": quiet_day(),
    "without_reading": replace(FLUSH, funding_bp=None),
}
TOTALS = ("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd", "open_interest_usd")


def labelled(last_days: dict[str, Day], history: list[Day], parameters: Parameters) -> pl.DataFrame:
    """The days of assets that share a calm history and end with these days."""
    marts = marts_of({asset: [*history, day] for asset, day in last_days.items()})
    return classify(daily_features(marts, parameters), parameters, LONG_AFTER).days


@pytest.fixture(scope="module")
def each_kind(parameters: Parameters) -> pl.DataFrame:
    """Nine assets: three flushed, two squeezed, two quiet, two without a reading."""
    named = {
        f"{kind.upper()}{number}": day
        for kind, day in LAST_DAYS.items()
        for number in range(3 if kind == "flushed" else 2)
    }
    return labelled(named, settled_days(120), parameters)


def last_row(days: pl.DataFrame, parameters: Parameters) -> dict[str, Any]:
    return market_breadth_daily(days, parameters).tail(1).to_dicts()[0]


def sentence_of(last_days: list[Day], parameters: Parameters) -> tuple[str | None, str]:
    named = {f"A{number}": day for number, day in enumerate(last_days)}
    days = labelled(named, settled_days(120), parameters)
    market = market_daily(market_breadth_daily(days, parameters), parameters)
    label, sentence = market.select("market_label", "sentence").row(-1)
    return label, sentence


def test_every_label_counts_as_one_thing() -> None:
    assert set(GROUP_OF) == set(Label)
    assert GROUP_OF[Label.INSUFFICIENT_DATA] is Group.WITHOUT_READING
    assert [label for label, group in GROUP_OF.items() if group is Group.WITHOUT_READING] == [Label.INSUFFICIENT_DATA]
    groups = dict(regime_labels().select("label", "market_group").iter_rows())
    assert groups["leverage_flush"] == groups["capitulation"] == "flushed"
    assert groups["long_squeeze"] == "long_squeezed"
    assert set(COUNTS) == {f"{group}_count" for group in Group if group is not Group.WITHOUT_READING}


def test_the_assets_of_a_day_are_counted_by_their_label(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    row = last_row(each_kind, parameters)
    counts = {name: row[name] for name in (*COUNTS, "without_reading_count", "inactive_count")}
    assert {name: count for name, count in counts.items() if count} == {
        "flushed_count": 3,
        "short_squeezed_count": 2,
        "quiet_count": 2,
        "without_reading_count": 2,
    }
    assert (row["asset_count"], row["read_count"]) == (9, 7)


def test_totals_add_up_the_assets_whose_input_is_known(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    row = last_row(each_kind, parameters)
    # Without funding an asset has no reading, but its liquidations and open interest are known.
    assert row["liquidation_asset_count"] == row["open_interest_asset_count"] == 9
    assert row["long_liquidations_usd"] == pytest.approx(5 * 40e6 + 2 * 8e6 + 2 * quiet_day().long_usd)
    assert row["short_liquidations_usd"] == pytest.approx(5 * 8e6 + 2 * 40e6 + 2 * quiet_day().short_usd)
    assert row["long_share"] == pytest.approx(row["long_liquidations_usd"] / row["liquidations_usd"])
    assert row["liquidation_venues"] == "binance"
    assert row["funding_asset_count"] == 7
    assert row["median_asset_return_pct"] == pytest.approx(-6.0)


def test_an_asset_whose_liquidations_are_missing_is_in_no_total_of_them(parameters: Parameters) -> None:
    days = labelled({"A": FLUSH, "B": replace(FLUSH, long_usd=None)}, settled_days(120), parameters)
    row = last_row(days, parameters)
    assert (row["liquidation_asset_count"], row["open_interest_asset_count"]) == (1, 2)
    assert row["short_liquidations_usd"] == pytest.approx(8e6)


def test_a_total_without_any_asset_behind_it_is_unknown(parameters: Parameters) -> None:
    blind = replace(FLUSH, long_usd=None, short_usd=None, open_interest_known=False, funding_bp=None, priced=False)
    row = last_row(labelled({"A": blind, "B": blind}, settled_days(120), parameters), parameters)
    unknown = (*TOTALS, "long_share", "open_interest_change_1d_pct", "negative_funding_share", "hot_funding_share",
               "median_asset_return_pct", "median_asset_liquidation_multiple", "liquidation_venues")  # fmt: skip
    assert [row[name] for name in unknown] == [None] * len(unknown)
    assert (row["read_count"], row["quiet_count"], row["without_reading_count"]) == (0, 0, 2)


def test_open_interest_that_an_asset_cannot_rely_on_moves_no_total(parameters: Parameters) -> None:
    broken = replace(FLUSH, open_interest_change_pct=-60.0)
    row = last_row(labelled({"A": FLUSH, "B": broken}, settled_days(120), parameters), parameters)
    assert row["open_interest_change_asset_count"] == row["open_interest_asset_count"] == 1
    assert row["open_interest_change_1d_pct"] == pytest.approx(-7.0)


def test_the_change_of_open_interest_weighs_each_asset_by_what_it_held_the_day_before(
    each_kind: pl.DataFrame, parameters: Parameters
) -> None:
    day = each_kind["day"].max()
    ten_times = (pl.col("asset") == "QUIET0") & (pl.col("day") == day - timedelta(days=1))  # type: ignore[operator]
    days = each_kind.filter(pl.col("asset").is_in(["FLUSHED0", "QUIET0"])).with_columns(
        pl.when(ten_times)
        .then(10.0 * pl.col("open_interest_usd"))
        .otherwise("open_interest_usd")
        .alias("open_interest_usd")
    )
    held = {
        asset: (before, change)
        for asset, before, change in days.filter(pl.col("day") >= day - timedelta(days=1))  # type: ignore[operator]
        .group_by("asset")
        .agg(pl.col("open_interest_usd").first(), pl.col("open_interest_change_1d_pct").last())
        .iter_rows()
    }
    expected = sum(before * change for before, change in held.values()) / sum(before for before, _ in held.values())
    assert last_row(days, parameters)["open_interest_change_1d_pct"] == pytest.approx(expected)
    assert -7.0 < expected < -0.1


def test_an_asset_without_the_day_before_is_in_no_change(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    day = each_kind["day"].max()
    gap = (pl.col("asset") == "QUIET0") & (pl.col("day") == day - timedelta(days=1))  # type: ignore[operator]
    row = last_row(each_kind.filter(~gap), parameters)
    assert (row["open_interest_asset_count"], row["open_interest_change_asset_count"]) == (9, 8)


def test_an_asset_that_is_not_listed_yet_is_inactive(parameters: Parameters) -> None:
    history = settled_days(120)
    absent = replace(
        quiet_day(), priced=False, long_usd=None, short_usd=None, open_interest_known=False, funding_bp=None,
        inflow=None, outflow=None,
    )  # fmt: skip
    gone = [*history[:60], *[absent] * 60]
    days = classify(daily_features(marts_of({"OLD": gone, "NEW": history}), parameters), parameters, LONG_AFTER).days
    by_day = {row["day"]: row for row in market_breadth_daily(days, parameters).to_dicts()}
    active_days = parameters.market.active_days
    missing, inactive = (by_day[FIRST_DAY + timedelta(days=60 + d)] for d in (active_days - 2, active_days))
    assert (missing["without_reading_count"], missing["inactive_count"]) == (1, 0)
    assert (inactive["without_reading_count"], inactive["inactive_count"]) == (0, 1)


@given(seed=st.integers(min_value=0, max_value=2**16))
@examples(10)
def test_the_order_of_assets_is_irrelevant(seed: int, each_kind: pl.DataFrame, parameters: Parameters) -> None:
    rows = list(range(each_kind.height))
    random.Random(seed).shuffle(rows)
    assert market_breadth_daily(each_kind[rows], parameters).equals(market_breadth_daily(each_kind, parameters))


@pytest.mark.parametrize("left_out", ["FLUSHED0", "QUIET1", "WITHOUT_READING0"])
def test_adding_an_asset_adds_one_to_what_it_is_and_its_own_to_the_totals(
    left_out: str, each_kind: pl.DataFrame, parameters: Parameters
) -> None:
    before = last_row(each_kind.filter(pl.col("asset") != left_out), parameters)
    after = last_row(each_kind, parameters)
    group = left_out.rstrip("012").lower()
    for name in (*COUNTS, "without_reading_count", "inactive_count"):
        assert after[name] - before[name] == (name == f"{group}_count"), name
    own = each_kind.filter(asset=left_out).tail(1).to_dicts()[0]
    for name in TOTALS:
        assert after[name] - before[name] == pytest.approx(own[name]), name


def test_later_days_change_no_earlier_row(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    whole = market_breadth_daily(each_kind, parameters)
    until = FIRST_DAY + timedelta(days=100)
    earlier = market_breadth_daily(each_kind.filter(pl.col("day") <= until), parameters)
    assert earlier.equals(whole.filter(pl.col("day") <= until))


def test_funding_is_counted_among_the_assets_that_have_it(parameters: Parameters) -> None:
    days = [quiet_day(funding_bp=rate) for rate in (-2.0, 0.6, 3.0, 9.0)] + [replace(FLUSH, funding_bp=None)]
    row = last_row(labelled({f"A{n}": d for n, d in enumerate(days)}, settled_days(120), parameters), parameters)
    assert row["funding_asset_count"] == 4
    assert (row["negative_funding_share"], row["hot_funding_share"]) == (0.25, 0.5)


def test_three_assets_read_well(parameters: Parameters) -> None:
    label, sentence = sentence_of([FLUSH, FLUSH, quiet_day()], parameters)
    assert label == "flushed"
    assert sentence == (
        "2 of 3 assets were flushed and 1 was quiet, with a median return of -6.0 %; 106 million USD of positions,"
        " 80 % of them longs, were closed by force on Binance (a floor), 5.0 times the usual day for the median asset;"
        " open interest fell 4.7 %, and funding was neither negative nor hot: leverage was reset."
    )


def test_an_asset_without_a_reading_is_named_beside_those_that_were_read(parameters: Parameters) -> None:
    label, sentence = sentence_of([FLUSH, FLUSH, replace(FLUSH, funding_bp=None)], parameters)
    assert label == "flushed"
    assert sentence.startswith("Both assets were flushed, ")
    assert sentence.endswith("; 1 more asset has no reading.")


def test_a_figure_of_some_assets_names_their_number(parameters: Parameters) -> None:
    last = [FLUSH, FLUSH, FLUSH, replace(FLUSH, long_usd=None), replace(FLUSH, open_interest_known=False)]
    _, sentence = sentence_of(last, parameters)
    assert "(a floor, of 4 assets)" in sentence
    assert "open interest over 4 assets fell 7.0 %" in sentence


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ([FLUSH] + [replace(FLUSH, funding_bp=None)] * 2, "No label for the market: only 1 of 3 assets has a reading."),
        ([FLUSH, replace(FLUSH, funding_bp=None)], "No label for the market: only 1 of 2 assets has a reading."),
        ([replace(FLUSH, funding_bp=None)] * 2, "No label for the market: none of 2 assets has a reading."),
        ([replace(FLUSH, funding_bp=None)], "No label for the market: its only asset has no reading."),
    ],
)
def test_a_day_with_too_few_readings_has_no_label_and_says_so(
    last: list[Day], said: str, parameters: Parameters
) -> None:
    assert sentence_of(last, parameters) == (None, said)


def test_half_of_the_assets_do_not_make_a_market(parameters: Parameters) -> None:
    assert sentence_of([FLUSH, FLUSH.mirrored()], parameters)[0] == "mixed"


def test_assets_that_fell_in_different_ways_fell_together(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    last = each_kind["day"].max()
    events = {"FLUSHED0": "leverage_flush", "FLUSHED1": "spot_selloff", "FLUSHED2": "long_squeeze"}
    others = {f"{kind}{number}": "mixed" for kind in ("QUIET", "SHORT_SQUEEZED") for number in range(1)}
    event = pl.col("asset").replace_strict(events | others, default=pl.col("event"), return_dtype=pl.String)
    days = each_kind.filter(pl.col("asset").is_in([*events, *others]), pl.col("day") == last)
    market = market_daily(market_breadth_daily(days.with_columns(event.alias("event")), parameters), parameters)
    # Two of five were quiet, and one each flushed, squeezed and sold off: no group has half, three fell.
    assert market["market_label"].to_list() == ["fell"]


def test_every_day_has_a_sentence(each_kind: pl.DataFrame, parameters: Parameters) -> None:
    market = market_daily(market_breadth_daily(each_kind, parameters), parameters)
    assert market["day"].to_list() == each_kind["day"].unique().sort().to_list()
    assert market["sentence"].null_count() == 0
    assert market.filter(pl.col("market_label").is_null())["sentence"].str.starts_with("No label").all()
