-- The forced closings that make the total of an asset and day. A feed counts once it has twenty of the thirty days
-- before, which is what a baseline takes, so that one that has only just begun does not leave its first days without
-- anything to be held against. Where no feed has them yet, all of them count.
{%- set baseline_days, minimum_days = var('liquidation_days'), var('liquidation_minimum_days') %}

with

days as (

    select distinct
        asset,
        counted_as,
        day
    from {{ ref('int_liquidations__by_instrument') }}
    where counted_as is not null

),

histories as (

    select
        asset,
        counted_as,
        day,
        count(*) over (
            partition by asset, counted_as
            order by {{ day_number('day') }}
            range between {{ baseline_days }} preceding and 1 preceding
        ) as days_before
    from days

),

established as (

    select
        asset,
        counted_as,
        day,
        days_before >= {{ minimum_days }}
        or max(days_before) over (partition by asset, day) < {{ minimum_days }} as is_counted
    from histories

)

select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.day,
    liquidations.counted_as,
    liquidations.long_liquidations_usd,
    liquidations.short_liquidations_usd,
    liquidations.liquidations_usd,
    liquidations.long_liquidations_coin,
    liquidations.short_liquidations_coin,
    liquidations.liquidations_coin,
    liquidations.liquidation_count
from {{ ref('int_liquidations__by_instrument') }} as liquidations
inner join established
    on
        liquidations.asset = established.asset
        and liquidations.counted_as = established.counted_as
        and liquidations.day = established.day
        and established.is_counted
