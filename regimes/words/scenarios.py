"""What has to happen for each outcome of a scenario, in words: in general, and on the levels of a day."""

from __future__ import annotations

import polars as pl

from regimes.parameters import ScenarioRule
from regimes.scenarios import Outcome
from regimes.words.numbers import counted, dollars, figure, text


def conditions(rule: ScenarioRule) -> dict[Outcome, str]:
    """The condition of every outcome, in the order in which they are looked for."""
    below = "a close below support by more than the band"
    return {
        Outcome.CONSOLIDATION_CONFIRMED: f"{counted(rule.hold_days, 'close')} in a row at or above support, with "
        f"ordinary liquidations and open interest within {figure(rule.open_interest_within_pct)} %",
        Outcome.SPOT_CONVICTION: f"{below}, with an inflow to exchanges or an outflow from funds that the closing of "
        "positions does not explain",
        Outcome.FLUSH_EXTENDED: f"{below}, with mostly longs closed by force and fewer contracts, without such a flow",
        Outcome.FRESH_SHORTS: f"{below}, with more contracts and falling funding",
        Outcome.V_REVERSAL: "a close above resistance, with mostly shorts closed by force",
        Outcome.EXPIRED: f"{counted(rule.open_days, 'day')} without any of these",
    }


def triggers(rule: ScenarioRule) -> pl.Expr:
    """What would resolve the scenario in force, as conditions on its levels; null without one."""
    support, band = pl.col("support_usd"), pl.col("support_band_usd")
    # On the day that opens a scenario its levels are in force from the next day on.
    opening = pl.col("scenario_opened_on") == pl.col("day")
    level = pl.when(opening).then(pl.col("next_floor_usd")).otherwise(support)
    width = pl.when(opening).then(pl.col("band_usd")).otherwise(band)
    high = pl.when(opening).then(pl.col("opening_resistance_usd")).otherwise(pl.col("resistance_usd"))
    words = text(
        f"{counted(rule.hold_days, 'close')} in a row at or above ",
        dollars(level),
        " confirm consolidation; a close below ",
        dollars(level - width),
        " is spot conviction with an inflow or fund outflow, an extended flush with longs closed by force, fresh shorts"
        " with new contracts; a close above ",
        dollars(high),
        " with shorts closed by force is a reversal",
    )
    return pl.when(pl.col("scenario").is_not_null() & (pl.col("resolution").is_null() | opening)).then(words)
