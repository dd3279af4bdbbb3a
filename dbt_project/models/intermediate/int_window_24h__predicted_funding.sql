-- Funding that venues predict for the last hour of the 24 hours that end with each hour. No reading is made of it; with
-- this model `leverage now` takes the snapshots.
{{ config(tags=['window']) }}

select
    windows.asset,
    windows.window_ended_at,
    predicted.funding_8h_bp as predicted_funding_8h_bp,
    predicted.venues as predicted_venues
from {{ ref('int_windows_24h') }} as windows
left join {{ ref('int_hourly_predicted_funding__by_asset') }} as predicted
    on
        windows.asset = predicted.asset
        and windows.window_ended_at = predicted.hour_at + interval '1' hour
