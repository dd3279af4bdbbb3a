-- Spot price of each asset and hour, the median of the venues, with what the hour did against the previous close.
-- An asset without a spot pair in the catalogue has the price of its perpetual contracts.

with

bars as (

    {{ prices_of_assets(ref('int_hourly_prices__by_venue'), period='hour_at') }}

)

select
    hours.asset,
    hours.hour_at,
    bars.open_usd,
    bars.high_usd,
    bars.low_usd,
    bars.close_usd,
    bars.volume_coin,
    bars.volume_usd,
    {{ moves_of_bar('bars') }},
    bars.market,
    bars.venues,
    bars.rejected_venues
from {{ ref('int_hours') }} as hours
left join bars
    on
        hours.asset = bars.asset
        and hours.hour_at = bars.hour_at
where hours.is_in_window
