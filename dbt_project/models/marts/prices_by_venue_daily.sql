-- Daily bar of each spot pair and perpetual contract of the window, from one source each, with what the day did against
-- the same instrument's previous close.
select
    prices.asset,
    prices.venue,
    prices.instrument,
    prices.market,
    prices.margin_type,
    prices.day,
    prices.feed,
    prices.open_usd,
    prices.high_usd,
    prices.low_usd,
    prices.close_usd,
    prices.volume_coin,
    prices.volume_usd,
    {{ moves_of_bar('prices') }}
from {{ ref('int_prices__by_instrument') }} as prices
inner join {{ ref('int_calendar') }} as calendar
    on
        prices.asset = calendar.asset
        and prices.day = calendar.day
        and calendar.is_in_window
