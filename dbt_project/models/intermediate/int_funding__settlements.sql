-- Funding settlements of the venues' own feeds with the hours each one pays for and the day it belongs to.
with

with_gaps as (

    select
        asset,
        venue,
        instrument,
        feed,
        settled_at,
        funding_rate,
        interval_hours as published_hours,
        {{ hours_between('lag(settled_at) over past', 'settled_at') }} as hours_since_previous,
        {{ hours_between('settled_at', 'lead(settled_at) over past') }} as hours_to_next
    from {{ ref('int_funding__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
    window past as (partition by asset, venue, instrument, feed order by settled_at)

),

with_neighbour as (

    select
        asset,
        venue,
        instrument,
        feed,
        settled_at,
        funding_rate,
        published_hours,
        hours_since_previous,
        hours_to_next,
        lag(coalesce(published_hours, hours_since_previous)) over past as hours_of_previous
    from with_gaps
    window past as (partition by asset, venue, instrument, feed order by settled_at)

),

with_interval as (

    select
        asset,
        venue,
        instrument,
        feed,
        settled_at,
        funding_rate,
        case
            when published_hours is not null then published_hours
            -- A gap is an interval only if a neighbour has it too: a lost settlement leaves a gap of twice
            -- the interval, and taking that for an interval would call a day complete that lacks a payment.
            when hours_since_previous in (hours_of_previous, hours_to_next) then hours_since_previous
        end as interval_hours
    from with_neighbour

)

select
    asset,
    venue,
    instrument,
    {{ day_closed_by('settled_at') }} as day,
    feed,
    settled_at,
    funding_rate,
    case when interval_hours between 1 and 24 then interval_hours end as interval_hours
from with_interval
