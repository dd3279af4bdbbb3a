"""Clauses about one input of a day: the move, liquidations, open interest, funding, flows.

sentences.py joins them to sentences; numbers.py formats the numbers in them.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import decider_column, deciding_features, membership_column
from regimes.parameters import Parameters, Windows
from regimes.words.features import clause
from regimes.words.numbers import (
    basis_points,
    cardinal,
    choose,
    coins,
    number,
    ordinal,
    percent,
    period,
    text,
    times,
    usd,
)
from regimes.words.venues import on_venues

# The columns with the venues behind liquidations and open interest.
LIQUIDATED, HELD = "liquidation_venues", "venues"
# A change smaller than this, in percent, is called flat.
FLAT_PCT = 0.05
# A part smaller than this, in percent, is not worth a clause.
HARDLY_PCT = 0.5
# A low or high is mentioned where it is further than this from the close, in percent of the previous close.
FURTHER_PCT = 1.0


def move(subject: str | pl.Expr) -> pl.Expr:
    """How the day closed, after a subject such as the asset."""
    change = pl.col("return_pct")
    verb = choose(
        (change >= FLAT_PCT, text("rose ", percent(change))),
        (change <= -FLAT_PCT, text("fell ", percent(change))),
        otherwise="ended where it began",
    )
    return text(subject, verb)


def fall() -> pl.Expr:
    """The fall, with the low if it was clearly below the close, or with the close if price came back."""
    asset, change, low = pl.col("asset"), pl.col("return_pct"), pl.col("low_vs_previous_close_pct")
    return choose(
        (
            change >= FLAT_PCT,
            text(asset, " fell as much as ", percent(low), " before closing ", percent(change), " higher,"),
        ),
        (change > -FLAT_PCT, text(asset, " fell as much as ", percent(low), " and took it back,")),
        (low < change - FURTHER_PCT, text(asset, " fell ", percent(change), ", at its low ", percent(low), ",")),
        otherwise=text(asset, " fell ", percent(change)),
    )


def rise() -> pl.Expr:
    """The rise, in the same way as `fall`."""
    asset, change, high = pl.col("asset"), pl.col("return_pct"), pl.col("high_vs_previous_close_pct")
    return choose(
        (
            change <= -FLAT_PCT,
            text(asset, " rose as much as ", percent(high), " before closing ", percent(change), " lower,"),
        ),
        (change < FLAT_PCT, text(asset, " rose as much as ", percent(high), " and gave it back,")),
        (high > change + FURTHER_PCT, text(asset, " rose ", percent(change), ", at its high ", percent(high), ",")),
        otherwise=text(asset, " rose ", percent(change)),
    )


def liquidations() -> pl.Expr:
    """Amount, multiple of the usual day, and the side with the larger part."""
    share = 100.0 * pl.col("long_share")
    side = choose(
        (share >= 50, text(number(share, 0), " % of them longs")),
        otherwise=text(number(100.0 - share, 0), " % of them shorts"),
    )
    amount = usd(pl.col("liquidations_usd"))
    # Venues do not publish every liquidation, so the amount is a lower bound.
    where = choose((on_venues(LIQUIDATED) != "", text(" (", _without_space(LIQUIDATED), ", a floor)")), otherwise="")
    return text(amount, " of positions were closed by force", where, ", ", usual_day(), " and ", side)


def _without_space(venues: str) -> pl.Expr:
    return on_venues(venues).str.strip_chars_start()


def usual_liquidations() -> pl.Expr:
    """Liquidations, on their venues, as a multiple of the usual day."""
    return text(
        "liquidations", on_venues(LIQUIDATED), " were ", times(pl.col("liquidation_multiple")), " times the usual"
    )


def usual_day(subject: str = "") -> pl.Expr:
    """Liquidations as a multiple of the usual day."""
    return text(subject, times(pl.col("liquidation_multiple")), " times the usual day")


def open_interest() -> pl.Expr:
    """The change of open interest on the day, on its venues."""
    change = pl.col("open_interest_change_1d_pct")
    verb = choose(
        (change >= FLAT_PCT, text("rose ", percent(change))),
        (change <= -FLAT_PCT, text("fell ", percent(change))),
        otherwise="did not change",
    )
    return text("open interest", on_venues(HELD), " ", verb)


def closed() -> pl.Expr:
    """The fall of open interest: over the day, or within 24 hours where that decided."""
    change, fall = pl.col("open_interest_change_1d_pct"), pl.col("open_interest_fall_24h_pct")
    decider = pl.col(decider_column("open_interest_closed")).cast(pl.String)
    within_24h = decider.str.starts_with("open_interest_fall_24h")
    at_the_end = choose(
        (change >= FLAT_PCT, text("ended the day ", percent(change), " higher")),
        (change <= -FLAT_PCT, text("ended the day ", percent(change), " lower")),
        otherwise="ended the day where it began",
    )
    return choose(
        (
            within_24h,
            text("open interest", on_venues(HELD), " fell ", percent(fall), " within 24 hours and ", at_the_end),
        ),
        otherwise=open_interest(),
    )


def meaning_of_closing() -> pl.Expr:
    """What a flush says about positions: they were opened again if open interest did not end lower."""
    return choose(
        (pl.col("open_interest_change_1d_pct") < 0, "positions were closed, not fresh shorts opened"),
        otherwise="positions were closed, and others were opened before the day ended",
    )


def middle(windows: Windows) -> pl.Expr:
    """Where funding is within its percentile window, or within its baseline where the window is not filled yet."""
    rank, score = pl.col("funding_percentile"), pl.col("funding_z")
    long, short = period(windows.percentile_days), period(windows.baseline_days)
    return choose(
        (rank >= 50, f"in the upper half of its {long}"),
        (rank.is_null() & (score >= 0), f"in the upper half of its {short}"),
        (score >= 0, f"above the middle of its {short}"),
        otherwise="close to the middle of its range",
    )


def _change_over(days: int) -> tuple[pl.Expr, pl.Expr]:
    """The change of open interest over one of the horizons that have a feature, and the clause about it."""
    change = pl.col(f"open_interest_change_{days}d_pct")
    return change, text(percent(change), f" over {cardinal(days)} days")


def bleeding() -> pl.Expr:
    """The fall over the horizon that decided, and how much of it liquidation waves do not explain."""
    (three, over_three), (seven, over_seven) = _change_over(3), _change_over(7)
    by_week = pl.col(decider_column("open_interest_bleeding")) == "open_interest_bleed_7d_sigma"
    change = pl.when(by_week).then(seven).otherwise(three)
    bled = pl.when(by_week).then("open_interest_bleed_7d_pct").otherwise("open_interest_bleed_3d_pct")
    part = choose((bled - change >= HARDLY_PCT, text(", ", number(bled.abs(), 1), " points of it")), otherwise="")
    return text(pl.when(by_week).then(over_seven).otherwise(over_three), part)


def opened() -> pl.Expr:
    """The rise on the day, or over three days where the day itself has none."""
    three, over_three = _change_over(3)
    one = pl.col("open_interest_change_1d_pct")
    return choose(
        ((one < FLAT_PCT) & (three > 0), text("open interest", on_venues(HELD), " rose ", over_three)),
        otherwise=open_interest(),
    )


def kept(parameters: Parameters) -> pl.Expr:
    """The change on the day; after a fall beyond what counts as kept also the change over three days."""
    three, over_three = _change_over(3)
    one = pl.col("open_interest_change_1d_pct")
    fell = (one < parameters.ramp("leverage_kept", "open_interest_change_1d_pct").one) & (three > one)
    return choose(
        (fell & (three >= 0), text("open interest", on_venues(HELD), " fell ", percent(one), " but rose ", over_three)),
        (fell, text("open interest", on_venues(HELD), " fell ", percent(one), " but only ", over_three)),
        otherwise=open_interest(),
    )


def grown() -> pl.Expr:
    """The growth of open interest over the week."""
    seven, over_seven = _change_over(7)
    return choose((seven > 0, text(" has grown ", over_seven)), otherwise=" has held up over the week")


def funding() -> pl.Expr:
    """State and rate of funding, and whether it came back to base."""
    state, rate = pl.col("funding_state"), basis_points(pl.col("funding_8h_bp"))
    came_back = choose(
        (pl.col("funding_normalised") & (state == "base"), "funding came back to base, "),
        (pl.col("funding_normalised") & (state == "low"), "funding cooled to a low "),
        (state == "base", "funding was at base, "),
        (state == "negative", "funding was negative at "),
        otherwise=text("funding was ", state, " at "),
    )
    return text(came_back, rate)


def selling(predicate: str, parameters: Parameters) -> pl.Expr:
    """The flow that decided the predicate, or that flows are not known."""
    decider = pl.col(decider_column(predicate))
    day, three_days, funds = pl.col("netflow_coin"), pl.col("netflow_3d_coin"), pl.col("fund_netflow_usd")
    gross = text("an unusual ", coins(pl.col("inflow_coin")), " gross was sent to exchanges")
    # With an ordinary netflow the gross inflow is what is unusual; the netflow says how much of it was kept.
    kept = pl.col(membership_column("gross_inflow_kept"))
    kept_gross = (kept < 1.0) & (kept == pl.col(membership_column("abnormal_inflow")))
    # Against a strongly negative median even a small net outflow can be an unusual inflow.
    return choose(
        ((decider == "netflow_z") & kept_gross, gross),
        ((decider == "netflow_z") & (day < 0), "far fewer coins than usual left exchanges"),
        (
            (decider == "netflow_3d_z") & (three_days < 0),
            "far fewer coins than usual left exchanges in three days",
        ),
        (decider == "netflow_z", text("an unusual net ", coins(day), " moved to exchanges")),
        (
            decider == "netflow_3d_z",
            text("an unusual net ", coins(three_days), " moved to exchanges within three days"),
        ),
        (decider == "gross_inflow_z", gross),
        ((decider == "fund_netflow_z") & (funds >= 0), "far less money than usual went into spot funds"),
        (decider == "fund_netflow_z", text("an unusual net ", usd(-funds), " was taken out of spot funds")),
        (decider.is_null(), "flows to exchanges were not known"),
        otherwise=_decided(predicate, parameters),
    )


def extreme(parameters: Parameters) -> pl.Expr:
    """The figure that is extreme."""
    decider = pl.col(decider_column("leverage_extreme"))
    year = period(parameters.windows.percentile_days)
    return choose(
        (
            decider == "leverage_percentile",
            text(
                "leverage against exchange reserves was at the ",
                ordinal(pl.col("leverage_percentile")),
                f" percentile of its {year}",
            ),
        ),
        (
            decider == "funding_percentile",
            text(funding(), ", the ", ordinal(pl.col("funding_percentile")), f" percentile of its {year}"),
        ),
        (decider == "funding_8h_bp", funding()),
        otherwise=_decided("leverage_extreme", parameters),
    )


def _decided(predicate: str, parameters: Parameters) -> pl.Expr:
    """The feature that decided the predicate, as a clause without words of its own."""
    decider = pl.col(decider_column(predicate))
    features = deciding_features(parameters)[predicate]
    return pl.coalesce(pl.when(decider == feature).then(clause(feature)) for feature in features)
