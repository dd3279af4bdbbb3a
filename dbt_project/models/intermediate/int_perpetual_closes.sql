-- Daily close of every perpetual contract, from the venue's own bars or else an aggregator's of the same
-- contract, and which contract's close stands for its asset: the most traded one of the venues' own.
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
        partition by asset, day
        order by volume_usd desc nulls last, venue asc, instrument asc
    ) = 1 as is_asset_reference
from ranked
where precedence = 1
