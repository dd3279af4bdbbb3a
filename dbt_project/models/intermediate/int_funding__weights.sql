-- What each complete day of an instrument's funding weighs in the rate of its asset: its open interest in USD of
-- the day, else the newest of the seven days before (a weight may be a few days old, a rate may not). A venue
-- whose open interest nobody knows is taken for a small one, in equal parts over its instruments: it stays in the
-- rate and is named, and cannot move it when it comes or goes. An instrument alone without open interest does not count
-- beside those of its venue that have some.
{{ config(materialized='table') }}
{%- set small = 0.01 %}

with

complete_days as (

    select
        asset,
        venue,
        instrument,
        day,
        funding_8h_bp
    from {{ ref('int_funding__by_instrument') }}
    where
        is_complete
        and implausible is null

),

by_recency as (

    select
        complete_days.asset,
        complete_days.venue,
        complete_days.instrument,
        complete_days.day,
        complete_days.funding_8h_bp,
        open_interest.open_interest_usd,
        row_number() over (
            partition by complete_days.asset, complete_days.venue, complete_days.instrument, complete_days.day
            order by open_interest.day desc
        ) as recency
    from complete_days
    left join {{ ref('int_open_interest__by_instrument') }} as open_interest
        on
            complete_days.asset = open_interest.asset
            and complete_days.venue = open_interest.venue
            and complete_days.instrument = open_interest.instrument
            and open_interest.day between cast(complete_days.day - interval '7' day as date) and complete_days.day
            and open_interest.open_interest_usd is not null

),

venues as (

    select
        asset,
        venue,
        day,
        {{ total('open_interest_usd') }} as open_interest_usd,
        count(*) as instrument_count
    from by_recency
    where recency = 1
    group by asset, venue, day

),

known as (

    select
        asset,
        day,
        {{ total('open_interest_usd') }} as open_interest_usd
    from venues
    group by asset, day

)

select
    by_recency.asset,
    by_recency.venue,
    by_recency.instrument,
    by_recency.day,
    by_recency.funding_8h_bp,
    case
        when venues.open_interest_usd is not null then by_recency.open_interest_usd
        when known.open_interest_usd is not null
            then {{ small }} * known.open_interest_usd / venues.instrument_count
        -- without any open interest at all every venue counts the same
        else 1.0 / venues.instrument_count
    end as weight_usd,
    venues.open_interest_usd is null as is_weight_assumed
from by_recency
inner join venues
    on
        by_recency.asset = venues.asset
        and by_recency.venue = venues.venue
        and by_recency.day = venues.day
inner join known
    on
        by_recency.asset = known.asset
        and by_recency.day = known.day
where
    by_recency.recency = 1
    and (by_recency.open_interest_usd is not null or venues.open_interest_usd is null)
