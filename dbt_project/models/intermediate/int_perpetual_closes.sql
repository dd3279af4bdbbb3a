-- Daily close of every perpetual contract, from the venue's own bars or else an aggregator's of the same
-- contract, and which contract's close stands for the asset at its venue: the most traded one. No price of another
-- venue ever values a contract, so that a venue that is gone changes no other.
{{ config(materialized='table') }}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        close_usd,
        volume_usd,
        row_number() over (
            partition by asset, venue, instrument, day
            order by case when is_venue_feed then 1 else 2 end, feed
        ) as precedence
    from {{ ref('int_klines__all_venues') }}
    where market = 'perpetual'

)

select
    asset,
    venue,
    instrument,
    day,
    close_usd,
    row_number() over (
        partition by asset, venue, day
        order by volume_usd desc nulls last, instrument asc
    ) = 1 as is_venue_reference
from ranked
where precedence = 1
