-- Which venues stand behind each series of an asset on a day, and which of the last thirty days are missing.
with

calendar as (

    select
        asset,
        day,
        is_in_window
    from {{ ref('int_calendar') }}

),

pairs as (

    select distinct
        series,
        asset,
        venue
    from {{ ref('int_venue_days') }}

),

spine as (

    select
        pairs.series,
        pairs.asset,
        pairs.venue,
        calendar.day,
        calendar.is_in_window,
        case when reported.day is not null then 1 else 0 end as is_present,
        reported.size
    from pairs
    inner join calendar
        on pairs.asset = calendar.asset
    left join {{ ref('int_venue_days') }} as reported
        on
            pairs.series = reported.series
            and pairs.asset = reported.asset
            and pairs.venue = reported.venue
            and calendar.day = reported.day

),

with_past as (

    select
        series,
        asset,
        venue,
        day,
        is_in_window,
        is_present,
        max(is_present) over past as was_present,
        avg(size) over past as usual_size
    from spine
    window past as (
        partition by series, asset, venue
        order by day
        rows between 30 preceding and 1 preceding
    )

)

select
    asset,
    series,
    day,
    {{ sorted_list('case when is_present = 1 then venue end') }} as venues,
    {{ sorted_list('case when is_present = 0 and was_present = 1 then venue end') }} as missing_venues,
    -- nobody of usual size is there: a share of zero; where no usual size is known at all, there is no share
    coalesce({{ total('case when is_present = 1 then usual_size end') }}, 0)
    / nullif({{ total('case when was_present = 1 then usual_size end') }}, 0) as reporting_share
from with_past
where
    is_in_window
    and (is_present = 1 or was_present = 1)
group by asset, series, day
