-- Forced closings of each instrument and hour, from one source each.

select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.hour_at,
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
from {{ ref('int_hourly_liquidations__by_instrument') }} as liquidations
inner join {{ ref('int_hours') }} as hours
    on
        liquidations.asset = hours.asset
        and liquidations.hour_at = hours.hour_at
        and hours.is_in_window
