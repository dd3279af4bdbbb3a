-- Every asset on every day of the window, and on the 31 days before it: a volatility of 30 returns needs 31
-- earlier closes. An asset whose contracts have all ended has no later day. The one calendar of the project; whatever
-- must not have gaps is joined onto it.
{{ config(materialized='table') }}

with

calendar_window as (

    select
        first_day,
        last_day
    from {{ ref('stg_ops__calendar_window') }}

),

assets as (

    select
        asset,
        case when count(*) = count(last_day) then max(last_day) end as last_day
    from {{ ref('stg_ops__instruments') }}
    group by asset

),

days as (

    {{ days_of_window('calendar_window', lookback_days=31) }}

)

select
    assets.asset,
    days.day,
    days.day >= calendar_window.first_day as is_in_window
from assets
cross join days
cross join calendar_window
where coalesce(days.day <= assets.last_day, true)
