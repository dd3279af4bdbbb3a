"""The market over all assets: how many were what, and totals with the number of assets behind them."""

from tables.field import SHARE, count, declare, number, text

FIELDS = (
    text("market_group", "What an asset with the label counts as in market_breadth_daily."),
    count("asset_count", "Assets of the warehouse."),
    count("read_count", "Assets with a reading: any label but insufficient_data."),
    count("without_reading_count", "Assets that lack an input for a label; they count as nothing else."),
    count("inactive_count", "Assets without any figure for {market.active_days} days: not listed yet, or delisted."),
    count("flushed_count", "Assets whose longs were closed by force in a fall."),
    count("long_squeezed_count", "Assets whose longs were closed by force while others opened positions."),
    count("short_squeezed_count", "Assets whose shorts were closed by force in a rise."),
    count("sold_off_count", "Assets that fell without a flush or a long squeeze."),
    count("rallied_count", "Assets that rose without a short squeeze or new leverage."),
    count("built_up_count", "Assets in which leverage was built."),
    count("deleveraged_count", "Assets whose leverage bled out slowly."),
    count("quiet_count", "Assets without a price shock on which nothing stood out."),
    count("return_asset_count", "Assets behind the median return."),
    count("liquidation_asset_count", "Assets behind the liquidations."),
    count("open_interest_asset_count", "Assets behind the open interest."),
    count("open_interest_change_asset_count", "Assets behind the change of open interest: those known on both days."),
    count("funding_asset_count", "Assets whose funding is known."),
    declare("median_asset_return_pct", "Median over the assets of their return on the day."),
    declare("median_asset_liquidation_multiple", "Median over the assets of their liquidation_multiple."),
    number("negative_funding_share", "Share of the assets with known funding whose funding_state is negative.", SHARE),
    number("hot_funding_share", "Share of the assets with known funding whose funding_state is hot or overheated.",
           SHARE),
    text("market_label", "The group of more than {market.majority_share:g} of the assets read; fell or rose where only"
         " all that fell or rose together are so many, else mixed; null unless more than {market.readings_share:g} of"
         " the active assets are read."),
)  # fmt: skip
