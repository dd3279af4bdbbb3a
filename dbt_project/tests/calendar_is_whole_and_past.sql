-- Fails when the window is not one row, runs backwards or into a day that is not over, or when an asset lacks
-- a day of it.
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

days as (

    select
        asset,
        min(case when is_in_window then day end) as first_day,
        max(day) as last_day,
        count(case when is_in_window then 1 end) as day_count
    from {{ ref('int_calendar') }}
    group by asset

)

select
    days.asset,
    days.first_day,
    days.last_day,
    days.day_count,
    calendar_window.now_at
from calendar_window
left join days on true
where
    calendar_window.row_count <> 1
    or calendar_window.first_day > calendar_window.last_day
    or cast(calendar_window.last_day as timestamp) + interval '1' day > calendar_window.now_at
    or days.asset is null
    or days.first_day <> calendar_window.first_day
    or days.last_day <> calendar_window.last_day
    or days.day_count <> {{ hours_between('calendar_window.first_day', 'calendar_window.last_day') }} / 24 + 1
