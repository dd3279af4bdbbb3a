"""The published frames are exactly what the schema says, full or empty, and nothing else leaves."""

import polars as pl
import pytest

from regimes import (
    FrameMismatch,
    Parameters,
    classify,
    daily_features,
    market_breadth_daily,
    market_daily,
    new_revisions,
    regime_changes,
    regime_labels,
    regime_revisions,
    regimes_daily,
)
from regimes.revisions import no_revisions
from regimes.schema import TABLES, conform, dtypes
from tests.regimes.synthetic_marts import LONG_AFTER, calm_days, marts_of


def published(parameters: Parameters, days: int) -> dict[str, pl.DataFrame]:
    features = daily_features(marts_of({"BTC": calm_days(days)}), parameters)
    result = classify(features, parameters, LONG_AFTER)
    revisions = new_revisions(result.days, no_revisions(), parameters, LONG_AFTER)
    breadth = market_breadth_daily(result.days, parameters)
    return {
        "leverage_features_daily": features,
        "regimes_daily": regimes_daily(result.days, revisions),
        "regime_evidence": result.evidence,
        "regime_labels": regime_labels(),
        "regime_spans": result.spans,
        "regime_revisions": regime_revisions(revisions),
        "regime_changes": regime_changes(revisions),
        "support_daily": result.support,
        "scenarios": result.scenarios,
        "market_breadth_daily": breadth,
        "market_daily": market_daily(breadth, parameters),
    }


@pytest.mark.parametrize("days", [1, 30, 100])
def test_frames_conform_exactly(days: int, parameters: Parameters) -> None:
    frames = published(parameters, days)
    assert set(frames) == set(TABLES) - {"regime_validation", "readings"}
    for table, frame in frames.items():
        assert dict(frame.schema) == dtypes(TABLES[table].columns), table
        assert frame.columns == [*TABLES[table].columns]
        key = TABLES[table].key
        assert not frame.select(key).is_duplicated().any()
        assert frame.select(pl.any_horizontal(pl.col(*key).is_null()).any()).item() in (False, None)
        assert frame.equals(frame.sort(key)) or table in ("regime_evidence", "regime_labels")


def test_another_frame_does_not_leave() -> None:
    labels = regime_labels()
    with pytest.raises(FrameMismatch, match="regime_labels lacks colour"):
        conform(labels.drop("colour"), "regime_labels")
    with pytest.raises(FrameMismatch, match="label_order is String, not Int64"):
        conform(labels.with_columns(pl.col("label_order").cast(pl.String)), "regime_labels")


def test_features_of_another_shape_are_not_classified(parameters: Parameters) -> None:
    features = published(parameters, 30)["leverage_features_daily"]
    with pytest.raises(FrameMismatch, match="leverage_features_daily lacks long_share"):
        classify(features.drop("long_share"), parameters, LONG_AFTER)
