"""What longs pay to shorts."""

from tables.field import count, declare, flag, number, text
from tables.fields.prices import Z

FIELDS = (
    declare("funding_8h_bp", "Funding rate brought to 8 hours; positive when longs pay shorts."),
    declare("annualised_pct", "Funding per year, simple: funding_8h_bp / 100 x 3 x 365.", unit="% per year"),
    declare("funding_dispersion_bp", "Highest less lowest venue; null with fewer than two venues."),
    number("funding_rate_sum", "Sum of the rates paid over the day, as fractions.", "fraction"),
    count("settlement_count", "Settlements that pay for the day."),
    number("hours_covered", "Hours that those settlements pay for; null when the interval of one of them is unknown.",
           "hours"),
    declare("funding_interval_hours", "Hours between settlements."),
    flag("is_complete", "True when exactly 24 hours are covered; only such days count in funding_daily."),
    declare("weight_usd", "Weight in funding_daily: open interest at the end or of up to seven days before, or the"
            " substitute for it; comparable within an asset and day. Null where the row is in no rate: the day is not"
            " complete, or its open interest alone is unknown among those of its venue."),
    flag("is_weight_assumed", "True when no open interest of the venue is known; null without a weight."),
    declare("assumed_weight_share", "Share of the weight that belongs to venues with unknown open interest."),
    declare("comparable_funding_8h_bp", "Funding of the instruments that have {windows.baseline_minimum_days} of the"
            " {windows.baseline_days} days before (of all, where none has): the basis of every comparison with earlier"
            " days, over the same instruments."),
    declare("predicted_funding_8h_bp", "Funding that the venue predicted for the settlement that pays for the hour,"
            " brought to 8 hours, by its last snapshot before that settlement. No settled rate and no label is made of"
            " it."),
    declare("predicted_at", "Moment of the snapshot that predicted_funding_8h_bp is from."),
    text("predicted_venues", "Venues whose predictions are in predicted_funding_8h_bp."),
    declare("median_funding_7d_bp", "Median funding of the {windows.funding_median_days} days before."),
    declare("median_funding_bp", "Median funding of the {windows.baseline_days} days before."),
    declare("funding_vs_7d_median_bp", "Funding less the median of the {windows.funding_median_days} days before."),
    declare("funding_vs_7d_median_sigma", "Funding less the median of the {windows.funding_median_days} days before, in"
            " the MAD of funding of the {windows.baseline_days} days before, clipped at {robust_z.clip:g}."),
    declare("funding_vs_3d_mean_bp", "Funding less the mean of the {windows.funding_cooling_days} days before."),
    declare("funding_max_10d_bp", "Highest funding of the {windows.funding_memory_days} days before."),
    declare("funding_z", f"Funding {Z}."),
    declare("funding_percentile", "Rank of funding among the {windows.percentile_days} days before."),
    text("funding_state", "negative, low, base, elevated, hot or overheated."),
    flag("funding_normalised", "True when funding is at base or lower after it was elevated within"
         " {windows.funding_memory_days} days, or {funding.cooling_bp:g} bp higher on the mean of the"
         " {windows.funding_cooling_days} days before."),
)  # fmt: skip
