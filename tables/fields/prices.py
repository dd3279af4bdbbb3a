"""Prices, volumes, returns and ranges."""

from tables.field import declare, number, text

Z = "against the median and MAD of the {windows.baseline_days} days before, clipped at {robust_z.clip:g}"

FIELDS = (
    declare("open_usd", "First trade of the day, or of the hour."),
    declare("high_usd", "Highest trade of the day, or of the hour."),
    declare("low_usd", "Lowest trade of the day, or of the hour."),
    declare("close_usd", "Last trade of the day, or of the hour."),
    declare("volume_coin", "Traded volume in coins.", low=0),
    declare("volume_usd", "Traded volume in USD, or in the stablecoin that the pair is quoted in.", low=0),
    declare("return_pct", "Close against the previous close, simple; null when the day or hour before is missing."),
    declare("return_3d_pct", "Close against the close three days before."),
    declare("return_7d_pct", "Close against the close seven days before."),
    declare("low_vs_previous_close_pct", "Low against the previous close, simple."),
    declare("high_vs_previous_close_pct", "High against the previous close, simple."),
    declare("range_pct", "High less low, in percent of the previous close."),
    number("reach_balance", "High and low against the previous close, added up and divided by the range: above 0 the"
           " price went further up than down.", "ratio -1..1"),
    declare("fall_recovered_share", "How much of the fall to the low the close took back: 1 when the day ended no"
            " lower."),
    declare("rise_given_back_share", "How much of the rise to the high the close gave back: 1 when the day ended no"
            " higher."),
    declare("median_range_pct", "Median range of the {windows.range_days} days before."),
    declare("range_multiple", "Range divided by the median of the {windows.range_days} days before."),
    declare("median_return_pct", "Median daily return of the {windows.baseline_days} days before."),
    declare("return_z", f"Return {Z}."),
    declare("return_3d_z", f"Three-day return {Z}."),
    declare("return_7d_z", f"Seven-day return {Z}."),
    declare("low_vs_previous_close_z", f"Low against the previous close, {Z}."),
    declare("high_vs_previous_close_z", f"High against the previous close, {Z}."),
    declare("worst_return_24h_pct", "Smallest 24-hour return of the hourly windows that end in the day."),
    declare("worst_return_24h_ended_at", "End of the window with the smallest 24-hour return, the first of several"
            " equal ones."),
    declare("worst_return_24h_z", f"Smallest 24-hour return {Z}."),
    declare("best_return_24h_pct", "Largest 24-hour return of the hourly windows that end in the day."),
    declare("best_return_24h_ended_at", "End of the window with the largest 24-hour return, the first of several equal"
            " ones."),
    declare("best_return_24h_z", f"Largest 24-hour return {Z}."),
    declare("low_vs_close_24h_before_pct", "Lowest price of an hour of the day against the close 24 hours before that"
            " hour's close."),
    declare("high_vs_close_24h_before_pct", "Highest price of an hour of the day against the close 24 hours before that"
            " hour's close."),
    declare("realised_volatility_7d_pct", "Annualised volatility of the 7 days that end with the day: sample deviation"
            " of log returns x sqrt(365); null unless all 7 returns are known."),
    declare("realised_volatility_30d_pct", "Annualised volatility of the 30 days that end with the day: sample"
            " deviation of log returns x sqrt(365); null unless all 30 returns are known."),
    text("rejected_venues", "Venues whose bar was too far from the others, comma-separated."),
    text("price_instrument", "Pair that the prices are of; null without prices."),
    declare("atr_usd", "Mean true range of the {support.atr_days} days that end with the day."),
    declare("floor_usd", "Lowest close of the {support.floor_days} days before, whether or not a level is frozen."),
)  # fmt: skip
