-- Funding rate of each asset and hour, weighted by open interest over the instruments that paid for the hour, and the
-- rate that venues predicted for it.

with

{{ funding_of_assets(ref('int_hourly_funding__weights'), period='hour_at') }}

select
    hours.asset,
    hours.hour_at,
    {{ funding_measures() }},
    predicted.funding_8h_bp as predicted_funding_8h_bp,
    predicted.venues as predicted_venues
from {{ ref('int_hours') }} as hours
left join by_asset
    on
        hours.asset = by_asset.asset
        and hours.hour_at = by_asset.hour_at
left join {{ ref('int_hourly_predicted_funding__by_asset') }} as predicted
    on
        hours.asset = predicted.asset
        and hours.hour_at = predicted.hour_at
where hours.is_in_window
