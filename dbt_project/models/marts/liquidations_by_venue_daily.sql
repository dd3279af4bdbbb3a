-- Forced closings of each instrument and day of the window, from one source each.
select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.day,
    liquidations.feed,
    liquidations.long_liquidations_coin,
    liquidations.short_liquidations_coin,
    liquidations.liquidations_coin,
    liquidations.price_usd as valuation_price_usd,
    liquidations.long_liquidations_usd,
    liquidations.short_liquidations_usd,
    liquidations.liquidations_usd,
    liquidations.liquidation_count,
    liquidations.counted_as
from {{ ref('int_liquidations__by_instrument') }} as liquidations
inner join {{ ref('int_calendar') }} as calendar
    on
        liquidations.asset = calendar.asset
        and liquidations.day = calendar.day
        and calendar.is_in_window
