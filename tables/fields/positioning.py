"""Positioning: how accounts and positions are divided, who trades as taker, and the premium of perpetuals."""

from tables.field import declare

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
)  # fmt: skip
