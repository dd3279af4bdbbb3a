-- Funding paid over the 24 hours that end with each hour by instrument: the venue's settlements when they cover all of
-- them, else whatever part it has. A settlement belongs to the hours before it, so one at the end of a window is in it.
{{ config(materialized='table', tags=['window']) }}

with

settlements as (

    select
        *,
        {{ hour_closed_by('settled_at') }} as hour_at
    from {{ ref('int_funding__settlements') }}
    where settled_at > (select min(hours.hour_at) from {{ ref('int_hours') }} as hours)

),

settlements_of_windows as (

    {{ hours_of_windows('settlements') }}

),

by_feed as (

    select
        asset,
        venue,
        instrument,
        window_ended_at,
        feed,
        count(*) as settlement_count,
        {{ sum_if_all_known('interval_hours') }} as hours_covered,
        case
            when count(*) = count(interval_hours) and min(interval_hours) = max(interval_hours)
                then min(interval_hours)
        end as interval_hours,
        {{ total('funding_rate') }} as funding_rate_sum
    from settlements_of_windows
    group by asset, venue, instrument, window_ended_at, feed

),

ranked as (

    select
        *,
        coalesce(hours_covered = 24, false) as is_complete,
        row_number() over (
            partition by asset, venue, instrument, window_ended_at
            order by case when hours_covered = 24 then 1 else 2 end, feed
        ) as precedence
    from by_feed

),

rated as (

    select
        ranked.asset,
        ranked.venue,
        ranked.instrument,
        ranked.window_ended_at,
        ranked.feed,
        ranked.settlement_count,
        ranked.hours_covered,
        ranked.interval_hours,
        ranked.funding_rate_sum,
        {{ funding_8h_bp('ranked.funding_rate_sum', 'ranked.hours_covered') }} as funding_8h_bp,
        ranked.is_complete
    from ranked
    inner join {{ ref('int_windows_24h') }} as windows
        on
            ranked.asset = windows.asset
            and ranked.window_ended_at = windows.window_ended_at
    where ranked.precedence = 1

)

select *
from rated
where {{ is_plausible('funding_days') }}
