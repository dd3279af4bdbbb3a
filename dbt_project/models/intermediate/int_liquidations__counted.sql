-- The forced closings that make the total of an asset and day. A feed counts once it has days enough to be held
-- against, so that one that has only just begun does not leave its first days without a baseline.
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
        {{ known_days_before('counted_as') }} as days_before
    from days

),

established as (

    select
        asset,
        counted_as,
        day,
        {{ has_baseline('days_before') }} as is_counted
    from histories

)

select
    liquidations.asset,
    liquidations.venue,
    liquidations.instrument,
    liquidations.day,
    liquidations.counted_as,
    liquidations.long_usd,
    liquidations.short_usd,
    liquidations.total_usd,
    liquidations.long_coin,
    liquidations.short_coin,
    liquidations.total_coin,
    liquidations.event_count
from {{ ref('int_liquidations__by_instrument') }} as liquidations
inner join established
    on
        liquidations.asset = established.asset
        and liquidations.counted_as = established.counted_as
        and liquidations.day = established.day
        and established.is_counted
