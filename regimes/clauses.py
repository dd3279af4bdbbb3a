"""Clauses about one input of a day: the move, liquidations, open interest, funding, flows.

Sentences made of them are in explanation.py, the numbers' form is in wording.py.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import decider_column
from regimes.wording import basis_points, choose, coins, number, ordinal, percent, text, times, usd

# A change smaller than this, in percent, is called flat.
FLAT_PCT = 0.05


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
    asset, change, low = pl.col("asset"), pl.col("return_pct"), pl.col("drawdown_pct")
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
    asset, change, high = pl.col("asset"), pl.col("return_pct"), pl.col("run_up_pct")
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


def _span(days: int, words: str) -> tuple[pl.Expr, pl.Expr]:
    change = pl.col(f"open_interest_change_{days}d_pct")
    return change, text(percent(change), f" over {words}")


def bleeding() -> pl.Expr:
    """The larger of the falls over three and seven days."""
    (three, over_three), (seven, over_seven) = _span(3, "three days"), _span(7, "seven days")
    seven_larger = (seven < 0) & (three.is_null() | (seven <= three))
    return choose((seven_larger, over_seven), (three < 0, over_three), otherwise="on the last days")


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
    state, rate = pl.col("funding_state"), basis_points(pl.col("funding_bp"))
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
    # Against a strongly negative median even a small net outflow can be an unusual inflow.
    return choose(
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
        (
            decider == "gross_inflow_z",
            text("an unusual ", coins(pl.col("inflow_coin")), " gross was sent to exchanges"),
        ),
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
