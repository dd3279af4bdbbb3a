"""Open interest: levels at the end of the day, changes, what is not attributable to liquidations."""

from tables.field import declare, text
from tables.fields.prices import Z

SIGMA = (
    "from zero, in the MAD of the {windows.baseline_days} days before, clipped at {robust_z.clip:g}: a rise is above 0"
    " whatever was usual"
)

FIELDS = (
    declare("open_interest_contracts", "Open interest in the unit that the price does not move: coins of linear, USD of"
            " inverse contracts.", above=0),
    declare("open_interest_coin", "Open interest in coins.", above=0),
    declare("open_interest_usd", "Open interest in USD.", above=0),
    declare("linear_open_interest_coin", "Open interest in coins, sum over linear instruments."),
    declare("linear_open_interest_usd", "Open interest in USD, sum over linear instruments."),
    declare("inverse_open_interest_usd", "Open interest in USD, sum over inverse instruments."),
    declare("inverse_open_interest_coin", "Open interest in coins, sum over inverse instruments."),
    declare("open_interest_change_1h_pct", "Change of open interest over one hour in contract units, simple."),
    declare("open_interest_change_1d_pct", "Change of open interest over one day in contract units, simple."),
    declare("open_interest_change_3d_pct", "Change of open interest over three days in contract units, simple."),
    declare("open_interest_change_7d_pct", "Change of open interest over seven days in contract units, simple."),
    declare("open_interest_usd_change_1d_pct", "Change of open interest over one day in USD, simple."),
    declare("open_interest_usd_change_3d_pct", "Change of open interest over three days in USD, simple."),
    declare("open_interest_usd_change_7d_pct", "Change of open interest over seven days in USD, simple."),
    declare("open_interest_share_of_7d_max", "Open interest in contract units divided by its maximum of the seven days"
            " that end with the day; null unless all seven are known.", kind="number", unit="share 0..1"),
    text("open_interest_change_basis", "contracts, or usd_adjusted where a change was computed from USD less"
         " {open_interest.usd_return_pass_through:g} x return; else null."),
    declare("open_interest_fall_24h_pct", "Smallest 24-hour change of open interest of the hourly windows that end in"
            " the day, in contract units; above 0 when every window rose."),
    declare("open_interest_fall_24h_ended_at", "End of the window with the smallest change, the first of several equal"
            " ones."),
    declare("open_interest_rise_24h_pct", "Largest 24-hour change of open interest of the hourly windows that end in"
            " the day, in contract units; below 0 when every window fell."),
    declare("open_interest_rise_24h_ended_at", "End of the window with the largest change, the first of several equal"
            " ones."),
    declare("open_interest_fall_24h_day_share", "Part of the window with the smallest change that lies in the day; the"
            " rest lies in the day before."),
    declare("open_interest_from_7d_max_pct", "Open interest in contract units against its maximum of the seven days"
            " that end with the day; 0 at the maximum."),
    declare("open_interest_bleed_3d_pct", "The part of the three-day change not attributable to liquidation waves: each"
            " day's change divided by its liquidation_multiple where that is above 1; never more than the change."),
    declare("open_interest_bleed_7d_pct", "The part of the seven-day change not attributable to liquidation waves,"
            " computed as for three days."),
    declare("median_open_interest_change_1d_pct", "Median daily change of the {windows.baseline_days} days before."),
    declare("open_interest_change_1d_z", f"One-day change {Z}."),
    declare("open_interest_change_3d_z", f"Three-day change {Z}."),
    declare("open_interest_change_7d_z", f"Seven-day change {Z}."),
    declare("open_interest_change_1d_sigma", f"One-day change {SIGMA}."),
    declare("open_interest_change_3d_sigma", f"Three-day change {SIGMA}."),
    declare("open_interest_change_7d_sigma", f"Seven-day change {SIGMA}."),
    declare("open_interest_bleed_3d_sigma", f"Three-day part without liquidation waves {SIGMA}."),
    declare("open_interest_bleed_7d_sigma", f"Seven-day part without liquidation waves {SIGMA}."),
    declare("observed_at", "Moment of the observation, in the last ten minutes of the day or hour, its end included."),
    declare("published_sides", "Sides that the published figure counts; of 2 it is halved here; null when unverified,"
            " then taken for 1.", kind="count", unit="count"),
    declare("leverage_ratio", "Open interest divided by the reserve on exchanges; until the day's reserve is known, by"
            " the last one, at most {windows.reserve_memory_days} days old."),
    declare("leverage_percentile", "Rank of leverage_ratio among the {windows.percentile_days} days before, chained"
            " over changes of the instruments."),
)  # fmt: skip
