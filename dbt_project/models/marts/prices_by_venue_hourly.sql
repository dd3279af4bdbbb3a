-- Hourly bar of each spot pair and perpetual contract, from one source each, with what the hour did against the same
-- instrument's previous close.

select
    prices.asset,
    prices.venue,
    prices.instrument,
    prices.market,
    prices.margin_type,
    prices.hour_at,
    prices.feed,
    prices.open_usd,
    prices.high_usd,
    prices.low_usd,
    prices.close_usd,
    prices.volume_coin,
    prices.volume_usd,
    {{ moves_of_bar('prices') }}
from {{ ref('int_hourly_prices__by_instrument') }} as prices
inner join {{ ref('int_hours') }} as hours
    on
        prices.asset = hours.asset
        and prices.hour_at = hours.hour_at
        and hours.is_in_window
