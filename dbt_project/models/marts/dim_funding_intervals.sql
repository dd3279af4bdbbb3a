-- The hours between settlements of each instrument, and from when to when they held.
with

known as (

    select
        asset,
        venue,
        instrument,
        day,
        interval_hours,
        lag(interval_hours) over (partition by asset, venue, instrument order by day) as interval_before
    from {{ ref('int_funding__by_instrument') }}
    -- a day of mixed intervals has none; the change shows on the first whole day after it
    where
        interval_hours is not null
        and implausible is null

),

numbered as (

    select
        asset,
        venue,
        instrument,
        day,
        interval_hours,
        sum(case when interval_hours = interval_before then 0 else 1 end)
            over (partition by asset, venue, instrument order by day) as stretch
    from known

)

select
    asset,
    venue,
    instrument,
    min(day) as first_day,
    max(day) as last_day,
    interval_hours as funding_interval_hours,
    count(*) as day_count,
    stretch = max(stretch) over (partition by asset, venue, instrument) as is_current
from numbered
group by asset, venue, instrument, interval_hours, stretch
