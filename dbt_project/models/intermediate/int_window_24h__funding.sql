-- funding_daily of the 24 hours that end with each hour instead of a calendar day.
{{ config(tags=['window']) }}

with

{{ funding_of_assets(ref('int_window_24h__funding_weights'), period='window_ended_at') }}

select
    windows.asset,
    windows.window_ended_at,
    {{ funding_measures() }}
from {{ ref('int_windows_24h') }} as windows
left join by_asset
    on
        windows.asset = by_asset.asset
        and windows.window_ended_at = by_asset.window_ended_at
