-- Funding settlements of the venues' own feeds with the hours each one pays for and the day it belongs to.
with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument
    from {{ ref('stg_ops__instruments') }}
    where market = 'perpetual'

),

settlements as (

    select
        'binance_um_funding' as feed,
        symbol,
        settled_at,
        funding_rate,
        interval_hours as published_hours
    from {{ ref('stg_binance__um_funding') }}

),

with_gaps as (

    select
        feed,
        symbol,
        settled_at,
        funding_rate,
        published_hours,
        {{ hours_between('lag(settled_at) over past', 'settled_at') }} as hours_since_previous,
        {{ hours_between('settled_at', 'lead(settled_at) over past') }} as hours_to_next
    from settlements
    window past as (partition by feed, symbol order by settled_at)

),

with_neighbour as (

    select
        feed,
        symbol,
        settled_at,
        funding_rate,
        published_hours,
        hours_since_previous,
        hours_to_next,
        lag(coalesce(published_hours, hours_since_previous)) over past as hours_of_previous
    from with_gaps
    window past as (partition by feed, symbol order by settled_at)

),

with_interval as (

    select
        feed,
        symbol,
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
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    {{ day_closed_by('with_interval.settled_at') }} as day,
    with_interval.feed as source,
    with_interval.settled_at,
    with_interval.funding_rate,
    case when with_interval.interval_hours between 1 and 24 then with_interval.interval_hours end as interval_hours
from with_interval
inner join instruments
    on
        with_interval.feed = instruments.feed
        and with_interval.symbol = instruments.symbol
