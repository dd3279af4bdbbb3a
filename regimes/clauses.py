"""Clauses about one input of a day: the move, liquidations, open interest, funding, flows.

Sentences made of them are in explanation.py, the numbers' form is in wording.py.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import decider_column, membership_column
from regimes.wording import basis_points, choose, coins, number, ordinal, percent, text, times, usd

# A change smaller than this, in percent, is called flat.
FLAT_PCT = 0.05
# A part smaller than this is not worth a clause.
HARDLY_PCT = 0.5


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
    """The fall, with the low where it went clearly further than the close, or the close if it came back."""
    asset, change, low = pl.col("asset"), pl.col("return_pct"), pl.col("low_vs_previous_close_pct")
    return choose(
        (
            change >= FLAT_PCT,
            text(asset, " fell as much as ", percent(low), " before closing ", percent(change), " higher,"),
        ),
        (change > -FLAT_PCT, text(asset, " fell as much as ", percent(low), " and took it back,")),
        (low < change - 1.0, text(asset, " fell ", percent(change), ", at its low ", percent(low), ",")),
        otherwise=text(asset, " fell ", percent(change)),
    )


def rise() -> pl.Expr:
    """The rise; the mirror of fall."""
    asset, change, high = pl.col("asset"), pl.col("return_pct"), pl.col("high_vs_previous_close_pct")
    return choose(
        (
            change <= -FLAT_PCT,
            text(asset, " rose as much as ", percent(high), " before closing ", percent(change), " lower,"),
        ),
        (change < FLAT_PCT, text(asset, " rose as much as ", percent(high), " and gave it back,")),
        (high > change + 1.0, text(asset, " rose ", percent(change), ", at its high ", percent(high), ",")),
        otherwise=text(asset, " rose ", percent(change)),
    )


def liquidations() -> pl.Expr:
    """Amount, multiple of the usual day and the side that was hit more."""
    share = 100.0 * pl.col("long_share")
    side = choose(
        (share >= 50, text(number(share, 0), " % of them longs")),
        otherwise=text(number(100.0 - share, 0), " % of them shorts"),
    )
    amount = usd(pl.col("liquidations_usd"))
    return text(amount, " of positions were closed by force, ", usual_day(), " and ", side)


def usual_day(subject: str = "") -> pl.Expr:
    """Liquidations as a multiple of the usual day."""
    return text(subject, times(pl.col("liquidation_multiple")), " times the usual day")


def open_interest(subject: str) -> pl.Expr:
    """The change of open interest on the day."""
    change = pl.col("open_interest_change_1d_pct")
    verb = choose(
        (change >= FLAT_PCT, text("rose ", percent(change))),
        (change <= -FLAT_PCT, text("fell ", percent(change))),
        otherwise="stood still",
    )
    return text(subject, verb)


def closed() -> pl.Expr:
    """The fall of open interest: on the day, or on the way where that is what decided."""
    change, fall = pl.col("open_interest_change_1d_pct"), pl.col("open_interest_fall_24h_pct")
    on_the_way = pl.col(decider_column("open_interest_closed")).str.starts_with("open_interest_fall_24h")
    by_the_end = choose(
        (change >= FLAT_PCT, text("ended the day ", percent(change), " higher")),
        (change <= -FLAT_PCT, text("ended the day ", percent(change), " lower")),
        otherwise="was back where it began at its end",
    )
    return choose(
        (
            on_the_way,
            text("open interest fell ", percent(fall), " within 24 hours and ", by_the_end),
        ),
        otherwise=open_interest("open interest "),
    )


def meaning_of_closing() -> pl.Expr:
    """What a flush says of positions; they were opened again where open interest did not end lower."""
    return choose(
        (pl.col("open_interest_change_1d_pct") < 0, "positions were closed, not fresh shorts opened"),
        otherwise="positions were closed, and others opened before the day was over",
    )


def middle() -> pl.Expr:
    """Where funding stands against its year, or against its quarter where there is no year yet."""
    rank, score = pl.col("funding_percentile"), pl.col("funding_z")
    return choose(
        (rank >= 50, "in the upper half of its year"),
        (rank.is_null() & (score >= 0), "in the upper half of its quarter"),
        (score >= 0, "above the middle of its quarter"),
        otherwise="close to the middle of its range",
    )


def _span(days: int, words: str) -> tuple[pl.Expr, pl.Expr]:
    change = pl.col(f"open_interest_change_{days}d_pct")
    return change, text(percent(change), f" over {words}")


def bleeding() -> pl.Expr:
    """The fall over the span that decided, and how much of it no wave of liquidations brought."""
    (three, over_three), (seven, over_seven) = _span(3, "three days"), _span(7, "seven days")
    by_week = pl.col(decider_column("open_interest_bleeding")) == "open_interest_bleed_7d_sigma"
    change = pl.when(by_week).then(seven).otherwise(three)
    bled = pl.when(by_week).then("open_interest_bleed_7d_pct").otherwise("open_interest_bleed_3d_pct")
    part = choose((bled - change >= HARDLY_PCT, text(", ", number(bled.abs(), 1), " points of it")), otherwise="")
    return text(pl.when(by_week).then(over_seven).otherwise(over_three), part)


def opened() -> pl.Expr:
    """The rise on the day, or over three days where the day itself shows none."""
    three, over_three = _span(3, "three days")
    one = pl.col("open_interest_change_1d_pct")
    return choose(
        ((one < FLAT_PCT) & (three > 0), text("open interest rose ", over_three)),
        otherwise=open_interest("open interest "),
    )


def kept() -> pl.Expr:
    """The change on the day; after a clear fall also the three days that show what was kept."""
    three, over_three = _span(3, "three days")
    one = pl.col("open_interest_change_1d_pct")
    fell = (one < -2.0) & (three > one)
    return choose(
        (fell & (three >= 0), text("open interest fell ", percent(one), " but rose ", over_three)),
        (fell, text("open interest fell ", percent(one), " but only ", over_three)),
        otherwise=open_interest("open interest "),
    )


def grown() -> pl.Expr:
    """The growth of open interest over the week."""
    seven, over_seven = _span(7, "seven days")
    return choose((seven > 0, text(" has grown ", over_seven)), otherwise=" has held up over the week")


def funding() -> pl.Expr:
    """State and rate of funding, and whether it came back."""
    state, rate = pl.col("funding_state"), basis_points(pl.col("funding_8h_bp"))
    came_back = choose(
        (pl.col("funding_normalised") & (state == "base"), "funding came back to base, "),
        (pl.col("funding_normalised") & (state == "low"), "funding cooled to a low "),
        (state == "base", "funding was at base, "),
        (state == "negative", "funding was negative at "),
        otherwise=text("funding was ", state, " at "),
    )
    return text(came_back, rate)


def selling(predicate: str) -> pl.Expr:
    """The flow that decided the predicate, or that flows are unknown."""
    decider = pl.col(decider_column(predicate))
    day, three_days, funds = pl.col("netflow_coin"), pl.col("netflow_3d_coin"), pl.col("fund_netflow_usd")
    gross = text("an unusual ", coins(pl.col("inflow_coin")), " gross was sent to exchanges")
    # With an ordinary netflow it is the gross inflow that is unusual, and the netflow says how far it was kept.
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
        otherwise="flows to exchanges were not known",
    )


def extreme() -> pl.Expr:
    """The figure in its top tenth."""
    decider = pl.col(decider_column("leverage_extreme"))
    return choose(
        (
            decider == "leverage_percentile",
            text(
                "leverage against exchange reserves stood at the ",
                ordinal(pl.col("leverage_percentile")),
                " percentile of its year",
            ),
        ),
        (
            decider == "funding_percentile",
            text(funding(), ", the ", ordinal(pl.col("funding_percentile")), " percentile of its year"),
        ),
        otherwise=funding(),
    )
