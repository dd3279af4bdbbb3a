-- open_interest_daily at the end of each hour instead of a calendar day; changes over 1 day are over the 24 hours.
{{ config(tags=['window']) }}

with

{{ open_interest_totals(ref('int_window_24h__open_interest_changes'), period='window_ended_at') }}

select
    windows.asset,
    windows.window_ended_at,
    {{ open_interest_measures() }}
from {{ ref('int_windows_24h') }} as windows
left join totals
    on
        windows.asset = totals.asset
        and windows.window_ended_at = totals.window_ended_at
