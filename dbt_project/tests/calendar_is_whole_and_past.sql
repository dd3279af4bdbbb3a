-- Fails when the window is not one row, runs backwards or into a day that is not over, or when an asset lacks
-- a day of it, up to the last day of an asset that has ended.
{{ config(meta={'dagster': {'ref': {'name': 'int_calendar'}}}) }}

with

calendar_window as (

    select
        first_day,
        last_day,
        now_at,
        count(*) over () as row_count
    from {{ ref('stg_ops__calendar_window') }}

),

assets as (

    select
        asset,
        case when count(*) = count(last_day) then max(last_day) end as ended_on
    from {{ ref('stg_ops__instruments') }}
    group by asset

),

days as (

    select
        calendar.asset,
        min(case when calendar.is_in_window then calendar.day end) as first_day,
        max(calendar.day) as last_day,
        count(case when calendar.is_in_window then 1 end) as day_count,
        max(assets.ended_on) as ended_on
    from {{ ref('int_calendar') }} as calendar
    left join assets
        on calendar.asset = assets.asset
    group by calendar.asset

),

compared as (

    select
        days.asset,
        days.first_day,
        days.last_day,
        days.day_count,
        calendar_window.first_day as window_first_day,
        calendar_window.last_day as window_last_day,
        calendar_window.now_at,
        calendar_window.row_count,
        least(calendar_window.last_day, coalesce(days.ended_on, calendar_window.last_day)) as expected_last_day
    from calendar_window
    left join days on true

)

select
    asset,
    first_day,
    last_day,
    day_count,
    now_at
from compared
where
    row_count <> 1
    or window_first_day > window_last_day
    or cast(window_last_day as timestamp) + interval '1' day > now_at
    or asset is null
    or last_day <> expected_last_day
    or first_day <> window_first_day
    or day_count <> {{ hours_between('window_first_day', 'expected_last_day') }} / 24 + 1
