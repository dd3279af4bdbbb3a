"""Positions closed by force."""

from tables.field import declare, number, text

FIELDS = (
    declare("long_liquidations_usd", "Value of the long positions closed by force.", low=0),
    declare("short_liquidations_usd", "Value of the short positions closed by force.", low=0),
    declare("liquidations_usd", "Value of the positions closed by force, long and short together.", low=0),
    declare("long_liquidations_coin", "Size of the long positions closed by force.", low=0),
    declare("short_liquidations_coin", "Size of the short positions closed by force.", low=0),
    declare("liquidations_coin", "Size of the positions closed by force, long and short together.", low=0),
    declare("largest_liquidation_usd", "Largest single order, where the feed has single orders."),
    declare("liquidation_count", "Number of liquidations; null unless every feed behind the row counts them."),
    declare("long_share", "Longs among the liquidations in USD; null when there were none."),
    declare("comparable_long_share", "Longs among the liquidations with each feed counted in usual days of its own,"
            " as in liquidation_multiple; with one feed the same as long_share."),
    declare("previous_open_interest_share", "Liquidations divided by the open interest of the day before; null when"
            " that is unknown."),
    declare("median_liquidations_usd", "Sum over the feeds of their median day of the {windows.liquidation_days}"
            " before."),
    declare("liquidation_multiple", "Liquidations divided by the median of the {windows.liquidation_days} days before,"
            " each feed against its own, averaged with the open interest of its contracts as weight."),
    number("liquidation_multiple_max_3d", "Largest liquidation_multiple of the {windows.wave_days} days before.",
            "ratio"),
    declare("liquidation_percentile", "Rank among the {windows.percentile_days} days before, each feed among its own,"
            " averaged as liquidation_multiple is; no label reads it."),
    declare("liquidation_open_interest_pct", "Liquidations against the open interest of the day before; no label reads"
            " it, because levels differ by feed."),
    declare("valuation_price_usd", "Close of the same perpetual, which converts between coins and USD; null where"
            " nothing is converted."),
    text("counted_as", "What the row counts as in the totals: feed:venue, with @day where its levels began anew"
         " on that day (dim_feed_breaks); null when it does not count, because the feed does not tell longs from shorts"
         " over all of the time, or sums several exchanges."),
    text("feed_set", "Feeds and venues behind the liquidations, as feed:venue, with @day where levels restarted on that"
         " day; a baseline never crosses a change of it."),
    declare("recorded_share", "Share of the time that was recorded; null for a feed that does not say."),
    declare("tape_ratio", "Liquidations in coins divided by what the tape recorded; null where the tape has none."),
)  # fmt: skip
