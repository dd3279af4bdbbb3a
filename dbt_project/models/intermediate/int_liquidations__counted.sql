-- The forced closings that make the total of an asset and day. A feed counts once it has sixty of the ninety days
-- before, which is what a baseline takes, so that one that has only just begun does not leave its first days without
-- anything to be held against. Where no feed has them yet, all of them count.
{%- set baseline_days, minimum_days = 90, 60 %}

with

liquidations as (

    select
        asset,
        venue,
        instrument,
        day,
        counted_as,
        long_usd,
        short_usd,
        total_usd,
        long_coin,
        short_coin,
        total_coin,
        event_count
    from {{ ref('int_liquidations__by_instrument') }}
    where counted_as is not null

),

feeds as (

    select distinct
        asset,
        counted_as
    from liquidations

),

days as (

    select distinct
        asset,
        counted_as,
        day
    from liquidations

),

histories as (

    select
        feeds.asset,
        feeds.counted_as,
        calendar.day,
        days.day is not null as is_present,
        count(days.day) over (
            partition by feeds.asset, feeds.counted_as
            order by calendar.day
            rows between {{ baseline_days }} preceding and 1 preceding
        ) as days_before
    from feeds
    inner join {{ ref('int_calendar') }} as calendar
        on feeds.asset = calendar.asset
    left join days
        on
            feeds.asset = days.asset
            and feeds.counted_as = days.counted_as
            and calendar.day = days.day

),

established as (

    select
        asset,
        counted_as,
        day,
        days_before >= {{ minimum_days }}
        or max(days_before) over (partition by asset, day) < {{ minimum_days }} as is_counted
    from histories
    where is_present

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
from liquidations
inner join established
    on
        liquidations.asset = established.asset
        and liquidations.counted_as = established.counted_as
        and liquidations.day = established.day
        and established.is_counted
