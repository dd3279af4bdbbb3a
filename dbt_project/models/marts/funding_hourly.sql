-- Funding rate of each asset and hour, weighted by open interest over the instruments that paid for the hour.

with

{{ funding_of_assets(ref('int_hourly_funding__weights'), period='hour_at') }}

select
    hours.asset,
    hours.hour_at,
    {{ funding_measures() }}
from {{ ref('int_hours') }} as hours
left join by_asset
    on
        hours.asset = by_asset.asset
        and hours.hour_at = by_asset.hour_at
where hours.is_in_window
