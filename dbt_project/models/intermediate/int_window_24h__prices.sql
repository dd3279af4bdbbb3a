-- prices_daily of the 24 hours that end with each hour instead of a calendar day.
{{ config(tags=['window']) }}

with

bars as (

    {{ prices_of_assets(ref('int_window_24h__prices_by_venue'), period='window_ended_at') }}

)

select
    windows.asset,
    windows.window_ended_at,
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
from {{ ref('int_windows_24h') }} as windows
left join bars
    on
        windows.asset = bars.asset
        and windows.window_ended_at = bars.window_ended_at
