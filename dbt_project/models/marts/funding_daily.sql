-- Funding rate of each asset and day, weighted by open interest over the instruments whose day is complete.
with

{{ funding_of_assets(ref('int_funding__weights'), period='day') }}

select
    calendar.asset,
    calendar.day,
    {{ funding_measures() }}
from {{ ref('int_calendar') }} as calendar
left join by_asset
    on
        calendar.asset = by_asset.asset
        and calendar.day = by_asset.day
where calendar.is_in_window
