"""Positioning: how accounts and positions are divided, who trades as taker, and the premium of perpetuals."""

from tables.field import declare

Z = "against the median of the {windows.baseline_days} days before with the same contracts, in usual deviations"

FIELDS = (
    declare("long_short_account_ratio", "Accounts that are net long per account that is net short, at the end of the"
            " day.", above=0),
    declare("top_trader_long_short_account_ratio", "Net long per net short account among the venue's top traders, at"
            " the end of the day.", above=0),
    declare("top_trader_long_short_position_ratio", "Long per short positions of the venue's top traders, at the end"
            " of the day.", above=0),
    declare("taker_buy_volume_usd", "Traded volume of perpetuals in which the buyer was the taker.", low=0),
    declare("taker_sell_volume_usd", "Traded volume of perpetuals in which the seller was the taker.", low=0),
    declare("taker_buy_share", "Part of the traded volume of perpetuals in which the buyer was the taker.", low=0,
            high=1),
    declare("volume_delta_usd", "Taker buy volume less taker sell volume."),
    declare("cumulative_volume_delta_30d_usd", "Volume delta of the 30 days that end with the day, added up; null"
            " unless all 30 are known."),
    declare("perpetual_premium_pct", "Close of the perpetual against the spot close of the asset; below 0 it is a"
            " discount. Null for an asset without a spot price."),
    declare("median_taker_buy_share", "Median taker buy share of the {windows.baseline_days} days before, over the same"
            " contracts.", low=0, high=1),
    declare("taker_buy_share_z", f"Taker buy share {Z}."),
    declare("median_perpetual_premium_pct", "Median premium of the {windows.baseline_days} days before, over the same"
            " contracts."),
    declare("perpetual_premium_z", f"Premium of the perpetuals {Z}."),
    declare("long_account_share", "Part of the accounts with a position that are net long, at the end of the day: the"
            " account ratio as a share.", low=0, high=1),
    declare("median_long_account_share", "Median share of long accounts of the {windows.baseline_days} days before,"
            " over the same contracts.", low=0, high=1),
    declare("long_account_share_z", f"Share of long accounts {Z}."),
    declare("top_trader_long_share", "Part of the positions of the venue's top traders that are long, at the end of the"
            " day: the position ratio as a share.", low=0, high=1),
    declare("median_top_trader_long_share", "Median share of long positions of top traders of the"
            " {windows.baseline_days} days before, over the same contracts.", low=0, high=1),
    declare("top_trader_long_share_z", f"Share of long positions of top traders {Z}."),
)  # fmt: skip
