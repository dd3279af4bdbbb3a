"""States from hand-written events: shocks at once, an aftermath of three days, lasting states slowly."""

from typing import Any

import polars as pl
import pytest

from regimes import Parameters
from regimes.labels import SCORED
from regimes.states import with_states

FLUSH, SQUEEZE, CALM, BUILD = "leverage_flush", "short_squeeze", "consolidation", "leverage_buildup"
HOLE, SOLD, ROSE, BOUGHT = "insufficient_data", "unattributed_selloff", "unattributed_rally", "spot_rally"
SHOCK = {FLUSH: "down", SQUEEZE: "up", SOLD: "down", ROSE: "up", BOUGHT: "up"}


def followed(events: list[str], parameters: Parameters, **given: dict[int, Any]) -> list[dict[str, Any]]:
    """The rows that a list of events makes; `given` overrides a column on single days (by position)."""
    rows = []
    for position, event in enumerate(events):
        row: dict[str, Any] = {"asset": "BTC", "event": event, "resolution": None, "low_vs_previous_close_pct": -5.0}
        row |= {
            "shock": SHOCK.get(event),
            "membership.narrow_range": 1.0,
            "high_vs_previous_close_pct": 1.0,
            **{f"score.{label}": 0.9 if label == event else 0.0 for label in SCORED},
        }
        rows.append(row | {name: days[position] for name, days in given.items() if position in days})
    return with_states(
        pl.DataFrame(rows, schema_overrides={"resolution": pl.String, "shock": pl.String}), parameters
    ).to_dicts()


def told(rows: list[dict[str, Any]], *columns: str) -> list[Any]:
    return [row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns) for row in rows]


def test_a_shock_switches_at_once_and_stays_for_three_days(parameters: Parameters) -> None:
    rows = followed([CALM, CALM, FLUSH, CALM, CALM, CALM, CALM], parameters)
    assert told(rows, "regime", "phase") == [
        ("mixed", None), (CALM, None), (FLUSH, "onset"), *[(FLUSH, "aftermath")] * 3, (CALM, None),
    ]  # fmt: skip
    assert told(rows, "changed") == [None, True, True, False, False, False, True]
    assert told(rows, "days_in_regime") == [1, 1, 1, 2, 3, 4, 1]
    assert told(rows, "previous_regime") == [None, "mixed", CALM, CALM, CALM, CALM, FLUSH]


def test_a_second_wave_is_an_onset_only_where_it_reaches_further(parameters: Parameters) -> None:
    smaller = followed([FLUSH, FLUSH, CALM, CALM, CALM, CALM], parameters, low_vs_previous_close_pct={0: -9.0})
    assert told(smaller, "phase") == ["onset", "aftermath", "aftermath", "aftermath", "aftermath", None]
    larger = followed([FLUSH, FLUSH], parameters, low_vs_previous_close_pct={1: -9.0})
    assert told(larger, "phase") == ["onset", "onset"]


def test_another_shock_replaces_the_aftermath(parameters: Parameters) -> None:
    rows = followed([FLUSH, SQUEEZE, CALM], parameters)
    assert told(rows, "regime", "phase") == [(FLUSH, "onset"), (SQUEEZE, "onset"), (SQUEEZE, "aftermath")]


@pytest.mark.parametrize(
    ("resolution", "regime"), [("consolidation_confirmed", CALM), ("v_reversal", "mixed"), ("flush_extended", FLUSH)]
)
def test_a_resolution_ends_the_aftermath(resolution: str, regime: str, parameters: Parameters) -> None:
    rows = followed([FLUSH, BUILD], parameters, resolution={1: resolution})
    assert rows[1]["regime"] == regime


def test_a_lasting_state_takes_two_days_to_enter(parameters: Parameters) -> None:
    rows = followed([CALM, CALM, BUILD, CALM, BUILD, BUILD], parameters)
    assert told(rows, "regime") == ["mixed", CALM, CALM, CALM, CALM, BUILD]


def test_after_an_aftermath_a_lasting_state_takes_two_days_as_well(parameters: Parameters) -> None:
    rows = followed([FLUSH, CALM, CALM, CALM, BUILD, BUILD], parameters)
    assert told(rows, "regime") == [*[FLUSH] * 4, "mixed", BUILD]
    # What had lasted through the aftermath is there when it ends.
    assert told(followed([FLUSH, *[CALM] * 4], parameters), "regime") == [*[FLUSH] * 4, CALM]


def test_a_state_is_left_at_a_looser_bound_than_it_was_entered(parameters: Parameters) -> None:
    odd = [CALM, CALM, BUILD, "short_buildup", "overheated"]
    score = f"score.{CALM}"
    kept = followed(odd, parameters, **{score: {2: 0.3, 3: 0.3, 4: 0.3}})
    assert told(kept, "regime")[2:] == [CALM] * 3
    left = followed(odd, parameters, **{score: {2: 0.2, 3: 0.2, 4: 0.2}})
    assert told(left, "regime")[2:] == [CALM, "mixed", "mixed"]


@pytest.mark.parametrize("state", [CALM, BUILD, "mixed"])
@pytest.mark.parametrize("shock", [SOLD, ROSE, BOUGHT])
def test_a_price_shock_ends_a_lasting_state_at_once(state: str, shock: str, parameters: Parameters) -> None:
    rows = followed([state, state, shock], parameters, **{f"score.{state}": {2: 0.9}})
    assert told(rows, "regime", "phase")[1:] == [(state, None), (shock, "onset")]


def test_what_nobody_is_known_to_have_done_does_not_last(parameters: Parameters) -> None:
    assert told(followed([SOLD, CALM, CALM], parameters), "regime", "phase") == [
        (SOLD, "onset"), ("mixed", None), (CALM, None),
    ]  # fmt: skip


def test_a_move_the_other_way_ends_an_aftermath_and_one_the_same_way_does_not(parameters: Parameters) -> None:
    assert told(followed([FLUSH, ROSE], parameters), "regime", "phase")[1] == (ROSE, "onset")
    assert told(followed([FLUSH, SOLD], parameters), "regime", "phase")[1] == (FLUSH, "aftermath")


def test_no_consolidation_lasts_over_a_wide_range(parameters: Parameters) -> None:
    wide = {"membership.narrow_range": {2: 0.0}, f"score.{CALM}": {2: 0.9}}
    assert told(followed([CALM, CALM, BUILD], parameters, **wide), "regime") == ["mixed", CALM, "mixed"]
    confirmed = {"resolution": {1: "consolidation_confirmed"}, "membership.narrow_range": {1: 0.0}}
    assert followed([FLUSH, BUILD], parameters, **confirmed)[1]["regime"] == "mixed"
    shock = {"resolution": {1: "consolidation_confirmed"}}
    assert followed([FLUSH, ROSE], parameters, **shock)[1]["regime"] == ROSE


def test_a_day_without_data_carries_no_state_over(parameters: Parameters) -> None:
    rows = followed([FLUSH, HOLE, BUILD, BUILD], parameters)
    assert told(rows, "regime") == [FLUSH, HOLE, "mixed", BUILD]
    assert told(rows, "phase") == ["onset", None, None, None]
    assert told(rows, "last_valid_regime") == [FLUSH, FLUSH, "mixed", BUILD]


def test_assets_begin_anew(parameters: Parameters) -> None:
    rows = followed([FLUSH, CALM], parameters, asset={1: "ETH"})
    assert told(rows, "regime", "changed", "last_valid_regime") == [(FLUSH, None, FLUSH), ("mixed", None, "mixed")]
