"""Positioning supports labels and decides none: the same labels with it, without it and with any other of it."""

from __future__ import annotations

import random
from datetime import timedelta
from importlib.resources import files

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regimes import (
    Classification,
    MartError,
    ParameterError,
    Parameters,
    classify,
    classify_in_chunks,
    daily_features,
    features_in_chunks,
    load_parameters,
    new_revisions,
    regime_changes,
    regime_revisions,
    regimes_daily,
)
from regimes.nearest_change import nearest_change
from regimes.revisions import no_revisions
from tables.published.regimes import SUPPORTING
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, marts_of, quiet_day, settled_days

TEXT = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")
FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
STORY = (FLUSH, FLUSH.mirrored(), quiet_day(), quiet_day(return_pct=-3.0, low_pct=-4.0, inflow=40_000.0))
Positioned = tuple[float | None, float | None, float | None, float | None]
LONGS_LEFT: Positioned = (0.6, 0.7, 0.40, -0.30)


def usual(count: int, seed: int = 7) -> list[Positioned]:
    """What accounts, positions, takers and premium are on days without a story, balanced around no side."""
    noise = random.Random(seed)
    return [
        (
            1.02 ** noise.gauss(0.0, 1.0),
            1.02 ** noise.gauss(0.0, 1.0),
            0.5 + noise.gauss(0.0, 0.01),
            noise.gauss(0.0, 0.02),
        )
        for _ in range(count)
    ]


def mirrored(days: list[Positioned]) -> list[Positioned]:
    """Longs for shorts, buyers for sellers, discount for premium."""
    return [
        (
            None if accounts is None else 1.0 / accounts,
            None if positions is None else 1.0 / positions,
            None if bought is None else 1.0 - bought,
            None if premium is None else -premium,
        )
        for accounts, positions, bought, premium in days
    ]


def positioning_of(days: list[Positioned], instruments: list[str] | None = None, asset: str = "BTC") -> pl.DataFrame:
    """The mart positioning_daily of one asset from FIRST_DAY on."""
    return pl.DataFrame(
        {
            "asset": asset,
            "day": [FIRST_DAY + timedelta(days=position) for position in range(len(days))],
            "long_short_account_ratio": [day[0] for day in days],
            "top_trader_long_short_position_ratio": [day[1] for day in days],
            "taker_buy_share": [day[2] for day in days],
            "perpetual_premium_pct": [day[3] for day in days],
            "instruments": instruments or ["binance:BTCUSDT"] * len(days),
        },
        schema_overrides=dict.fromkeys(
            (
                "long_short_account_ratio",
                "top_trader_long_short_position_ratio",
                "taker_buy_share",
                "perpetual_premium_pct",
            ),
            pl.Float64,
        ),
    )


def told(days: list[Day], parameters: Parameters, positioning: pl.DataFrame | None) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters, positioning), parameters, LONG_AFTER)


def supports(evidence: pl.DataFrame) -> pl.DataFrame:
    return evidence.filter(pl.col("role") == "supports_only")


def last_supports(days: list[Day], positioned: list[Positioned], parameters: Parameters) -> dict[str, float]:
    """Predicate and membership of what supports the event of the last day."""
    evidence = told(days, parameters, positioning_of(positioned)).evidence
    rows = supports(evidence).filter(pl.col("day") == pl.lit(FIRST_DAY + timedelta(days=len(days) - 1)))
    return dict(rows.filter(pl.col("label_rank") == 1).select("predicate", "membership").rows())


maybe = st.one_of(st.none(), st.floats(0.01, 100.0))
anything = st.tuples(
    maybe, maybe, st.one_of(st.none(), st.floats(0.0, 1.0)), st.one_of(st.none(), st.floats(-50.0, 50.0))
)


@examples(8)
@given(
    seed=st.integers(0, 99),
    story=st.lists(st.sampled_from(STORY), min_size=12, max_size=12),
    data=st.lists(anything, min_size=20, max_size=20),
    venue_joins=st.booleans(),
)
def test_labels_scores_states_and_revisions_are_the_same_with_any_positioning(
    seed: int, story: list[Day], data: list[Positioned], venue_joins: bool, parameters: Parameters
) -> None:
    days = [*calm_days(100, seed), *story]
    wild = [*usual(90, seed), *data, *usual(30, seed)]  # also of days that no other mart has
    instruments = ["a:X", *(["a:X, b:Y"] if venue_joins else ["a:X"]) * (len(wild) - 1)]
    nulled: list[Positioned] = [(None, None, None, None)] * len(wild)
    without = told(days, parameters, None)
    for positioning in (positioning_of(wild, instruments), positioning_of(nulled), positioning_of(wild).clear()):
        found = told(days, parameters, positioning)
        for table in ("days", "support", "scenarios", "spans"):
            assert_frame_equal(getattr(found, table), getattr(without, table), check_exact=True)
        scored = found.evidence.filter(pl.col("role") != "supports_only")
        assert_frame_equal(scored, without.evidence, check_exact=True)
        revisions = new_revisions(found.days, no_revisions(), parameters, LONG_AFTER)
        before = new_revisions(without.days, no_revisions(), parameters, LONG_AFTER)
        for made in (lambda r: regimes_daily(without.days, r), regime_revisions, regime_changes):
            assert_frame_equal(made(revisions), made(before), check_exact=True)
        assert new_revisions(found.days, before, parameters, LONG_AFTER).is_empty()


def test_a_flush_is_supported_by_what_the_longs_did(parameters: Parameters) -> None:
    days = [*settled_days(100), FLUSH]
    found = told(days, parameters, positioning_of([*usual(100), LONGS_LEFT]))
    rows = supports(found.evidence.filter(pl.col("label_rank") == 1)).tail(4).to_dicts()
    assert [(row["label"], row["predicate"], row["membership"]) for row in rows] == [
        ("leverage_flush", "takers_sold", 1.0),
        ("leverage_flush", "perpetual_below_spot", 1.0),
        ("leverage_flush", "fewer_long_accounts", 1.0),
        ("leverage_flush", "fewer_long_positions", 1.0),
    ]
    assert {(row["weight"], row["mart"]) for row in rows} == {(0.0, "positioning_daily")}
    assert rows[0]["baseline"].startswith(
        "takers bought 40.0 %, median of the 90 days before with the same contracts: 5"
    )
    assert rows[0]["value"] == -10.0
    assert rows[0]["unit"] == "usual deviations"


def test_where_positioning_speaks_against_the_label_the_row_says_so(parameters: Parameters) -> None:
    (shorts_left,) = mirrored([LONGS_LEFT])
    found = last_supports([*settled_days(100), FLUSH], [*usual(100), shorts_left], parameters)
    assert found == dict.fromkeys(
        ("takers_sold", "perpetual_below_spot", "fewer_long_accounts", "fewer_long_positions"), 0.0
    )


@pytest.mark.parametrize(
    ("place", "predicate"),
    [(0, "fewer_long_accounts"), (1, "fewer_long_positions"), (2, "takers_sold"), (3, "perpetual_below_spot")],
)
def test_what_is_unknown_has_no_row(place: int, predicate: str, parameters: Parameters) -> None:
    days = [*settled_days(100), FLUSH]
    unknown = tuple(None if at == place else value for at, value in enumerate(LONGS_LEFT))
    whole = last_supports(days, [*usual(100), LONGS_LEFT], parameters)
    found = last_supports(days, [*usual(100), unknown], parameters)  # type: ignore[list-item]
    assert found == {name: held for name, held in whole.items() if name != predicate}
    assert predicate in whole


def test_a_reading_hangs_on_what_counts_and_never_on_what_only_supports() -> None:
    counts = {
        "label": "leverage_flush",
        "role": "core",
        "predicate": "price_shock_down",
        "membership": 0.6,
        "value": None,
    }
    supports = counts | {"role": "supports_only", "predicate": "takers_sold", "membership": 0.1}
    assert nearest_change("leverage_flush", None, [supports]) is None
    assert (
        nearest_change("leverage_flush", None, [counts, supports]) == "leverage flush hangs on price_shock_down (0.60)"
    )


def test_a_baseline_ends_the_day_before_and_needs_its_days_with_the_same_contracts(parameters: Parameters) -> None:
    positioned = usual(130)
    marts = marts_of({"BTC": calm_days(130)})
    instruments = ["a:X"] * 70 + ["a:X, b:Y"] * 60
    features = daily_features(marts, parameters, positioning_of(positioned, instruments))
    shares = [day[2] for day in positioned]
    assert features["taker_buy_share_z"][:60].null_count() == 60
    assert features["taker_buy_share_z"][60:70].null_count() == 0
    assert features["median_taker_buy_share"][69] == pl.Series(shares[:69]).median()
    assert features["taker_buy_share_z"][70:].null_count() == 60
    later = [*positioned[:69], *mirrored(positioned[69:])]
    changed = daily_features(marts, parameters, positioning_of(later, instruments))
    assert_frame_equal(features.head(69), changed.head(69), check_exact=True)
    medians = [name for name in SUPPORTING if name.startswith("median_")]
    assert_frame_equal(features.head(70).select(medians), changed.head(70).select(medians), check_exact=True)


@examples(8)
@given(seed=st.integers(0, 99), day=anything)
def test_upside_down_what_supported_a_flush_supports_a_squeeze_as_much(
    seed: int, day: Positioned, parameters: Parameters
) -> None:
    opposite = {
        "takers_sold": "takers_bought",
        "perpetual_below_spot": "perpetual_above_spot",
        "fewer_long_accounts": "more_long_accounts",
        "fewer_long_positions": "more_long_positions",
    }
    days, positioned = [*settled_days(100, seed), FLUSH], [*usual(100, seed), day]
    down = last_supports(days, positioned, parameters)
    up = last_supports([each.mirrored() for each in days], mirrored(positioned), parameters)
    assert up == pytest.approx({opposite[name]: membership for name, membership in down.items()}, abs=1e-9)


def test_a_ratio_of_zero_or_less_is_unknown(parameters: Parameters) -> None:
    positioned: list[Positioned] = [(0.0, -1.0, 0.0, 0.0), (3.0, 1.0, 0.5, 0.0)]
    features = daily_features(marts_of({"BTC": calm_days(2)}), parameters, positioning_of(positioned))
    assert features["long_account_share"].to_list() == [None, 0.75]
    assert features["top_trader_long_share"].to_list() == [None, 0.5]
    assert features["taker_buy_share"].to_list() == [0.0, 0.5]


def test_positioning_in_chunks_is_the_same(parameters: Parameters) -> None:
    days = [*settled_days(80), FLUSH]
    marts = marts_of(dict.fromkeys(("ADA", "BTC", "ETH"), days))
    positioning = pl.concat([positioning_of(usual(81, seed), asset=asset) for seed, asset in enumerate(("ADA", "ETH"))])
    whole = daily_features(marts, parameters, positioning)
    chunked = features_in_chunks(marts, parameters, size=2, positioning=positioning)
    assert_frame_equal(whole, chunked, check_exact=True)
    evidence = classify_in_chunks(whole, parameters, LONG_AFTER, size=1).evidence
    assert supports(evidence)["asset"].unique().sort().to_list() == ["ADA", "ETH"]


def test_doubled_rows_of_positioning_are_refused(parameters: Parameters) -> None:
    positioning = positioning_of(usual(5))
    with pytest.raises(MartError, match="positioning_daily has more than one row for"):
        daily_features(marts_of({"BTC": calm_days(5)}), parameters, pl.concat([positioning, positioning]))


def test_other_numbers_of_positioning_are_the_same_rules_and_revise_nothing(parameters: Parameters) -> None:
    other = load_parameters(
        TEXT.replace("taker_buy_share_floor = 0.005", "taker_buy_share_floor = 0.02").replace(
            'feature = "taker_buy_share_z", zero = -0.5, one = -1.5',
            'feature = "taker_buy_share_z", zero = -3, one = -4',
        )
    )
    assert other.positioning != parameters.positioning
    assert other.parameter_hash == parameters.parameter_hash
    days, positioning = [*settled_days(100), FLUSH], positioning_of([*usual(100), LONGS_LEFT])
    known = new_revisions(told(days, parameters, None).days, no_revisions(), parameters, LONG_AFTER)
    assert new_revisions(told(days, other, positioning).days, known, other, LONG_AFTER).is_empty()


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            '{ feature = "return_z", zero = -1.0, one = -2.5 },',
            '{ feature = "taker_buy_share_z", zero = -1.0, one = -2.5 },',
            "taker_buy_share_z only supports; use it in positioning.predicates$",
        ),
        (
            "[labels.leverage_flush.supporting]",
            "[labels.leverage_flush.supporting]\ntakers_sold = 1.0",
            "^labels.leverage_flush.supporting names the unknown predicate takers_sold$",
        ),
        (
            'feature = "taker_buy_share_z"',
            'feature = "return_z"',
            "^positioning.predicates.takers_sold.all.0: return_z is no feature of positioning$",
        ),
        ("[positioning.predicates.takers_sold]", "[positioning.predicates.price_fell]", "has the name of a predicate"),
        ('mirror = "takers_sold"', 'mirror = "takers_seld"', "refers to takers_seld, not defined before it"),
        ('leverage_flush = ["takers_sold"', 'leverage_flesh = ["takers_sold"', "leverage_flesh is no label$"),
        ('leverage_flush = ["takers_sold"', 'leverage_flush = ["takers_sald"', "unknown predicate takers_sald$"),
        ("long_share_floor = 0.005", "long_share_floor = 0", "^positioning.long_share_floor = 0 must be positive$"),
        ("long_share_floor = 0.005", "", "^positioning.long_share_floor is missing$"),
    ],
)  # fmt: skip
def test_a_fault_in_positioning_is_refused_with_its_place(before: str, after: str, complaint: str) -> None:
    assert before in TEXT
    with pytest.raises(ParameterError, match=complaint) as refused:
        load_parameters(TEXT.replace(before, after, 1))
    assert "\n" not in str(refused.value)
