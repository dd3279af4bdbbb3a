-- liquidations_by_venue_daily of the 24 hours that end with each hour instead of a calendar day.
{{ config(tags=['window']) }}

select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.window_ended_at,
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
from {{ ref('int_window_24h__liquidations_by_instrument') }} as liquidations
inner join {{ ref('int_windows_24h') }} as windows
    on
        liquidations.asset = windows.asset
        and liquidations.window_ended_at = windows.window_ended_at
