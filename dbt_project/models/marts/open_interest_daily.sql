-- Open interest of each asset and day over the instruments whose value in USD is known. Changes compare the
-- instruments so known on both days alone, so that one that starts, ends or lacks a price is no change.
with

{{ open_interest_totals(ref('int_open_interest__changes'), period='day') }}

select
    calendar.asset,
    calendar.day,
    {{ open_interest_measures() }}
from {{ ref('int_calendar') }} as calendar
left join totals
    on
        calendar.asset = totals.asset
        and calendar.day = totals.day
where calendar.is_in_window
