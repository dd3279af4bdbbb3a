-- Forced closings of each asset and hour over the sources that tell longs from shorts for the whole hour, with the set
-- of feeds that they come from.

with

totals as (

    select
        asset,
        hour_at,
        {{ liquidation_totals() }}
    from {{ ref('int_hourly_liquidations__by_instrument') }}
    where counted_as is not null
    group by asset, hour_at

)

select
    hours.asset,
    hours.hour_at,
    totals.long_liquidations_usd,
    totals.short_liquidations_usd,
    totals.liquidations_usd,
    totals.long_liquidations_coin,
    totals.short_liquidations_coin,
    totals.liquidations_coin,
    totals.long_liquidations_usd / nullif(totals.liquidations_usd, 0) as long_share,
    totals.liquidation_count,
    totals.venues,
    totals.feed_set
from {{ ref('int_hours') }} as hours
left join totals
    on
        hours.asset = totals.asset
        and hours.hour_at = totals.hour_at
where hours.is_in_window
