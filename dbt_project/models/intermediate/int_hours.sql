-- Every asset in every hour that the hourly marts have, the 90 days up to the last full hour, and in the 8 days before:
-- a change over 7 days needs the hour that ended 7 days earlier. The hours end with the last day of the calendar, or
-- with the present while that day is running.
{{ config(materialized='table') }}

with

bounds as (

    select
        {{ hours_begin_at() }} as first_at,
        {{ hours_are_read_from() }} as lookback_at,
        {{ hours_end_at() }} as end_at
    from {{ ref('stg_ops__calendar_window') }}

),

hours as (

    {{ hours_between_moments('bounds', 'lookback_at', 'end_at') }}

),

assets as (

    select distinct asset
    from {{ ref('stg_ops__instruments') }}

)

select
    assets.asset,
    hours.hour_at,
    hours.hour_at + interval '1' hour as ended_at,
    hours.hour_at >= bounds.first_at as is_in_window
from assets
cross join hours
cross join bounds
