-- Forced closings of each instrument and day of the window, from one source each.
select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.day,
    liquidations.source,
    liquidations.long_coin,
    liquidations.short_coin,
    liquidations.total_coin,
    liquidations.price_usd,
    liquidations.long_usd,
    liquidations.short_usd,
    liquidations.total_usd,
    liquidations.event_count,
    liquidations.counted_as
from {{ ref('int_liquidations__by_instrument') }} as liquidations
inner join {{ ref('int_calendar') }} as calendar
    on
        liquidations.asset = calendar.asset
        and liquidations.day = calendar.day
        and calendar.is_in_window
