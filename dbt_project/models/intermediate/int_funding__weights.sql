-- What each complete day of an instrument's funding weighs in the rate of its asset: its open interest in USD of
-- the day, else the newest of the seven days before (a weight may be a few days old, a rate may not).
{{ config(materialized='table') }}

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

newest as (

    select *
    from by_recency
    where recency = 1

),

{{ funding_weights('newest', period='day') }}
