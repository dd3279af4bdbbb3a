-- What each source says of the forced closings of an instrument and day, side by side and never added up.
with

recorded as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        long_liquidations_coin,
        short_liquidations_coin,
        liquidations_coin,
        long_liquidations_usd,
        short_liquidations_usd,
        liquidations_usd,
        liquidation_count,
        largest_liquidation_usd,
        recorded_share
    from {{ ref('int_liquidation_tape__by_day') }}

),

published as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        long_liquidations_coin,
        short_liquidations_coin,
        liquidations_coin,
        long_liquidations_usd,
        short_liquidations_usd,
        liquidations_usd,
        liquidation_count,
        cast(null as double) as largest_liquidation_usd,
        cast(null as double) as recorded_share
    from {{ ref('int_liquidations__by_source') }}
    -- of the tape there are the days alone that count
    where not is_recorded_here

),

side_by_side as (

    select * from recorded

    union all

    select * from published

)

select
    side_by_side.asset,
    side_by_side.venue,
    side_by_side.instrument,
    side_by_side.day,
    side_by_side.feed,
    side_by_side.long_liquidations_coin,
    side_by_side.short_liquidations_coin,
    side_by_side.liquidations_coin,
    side_by_side.long_liquidations_usd,
    side_by_side.short_liquidations_usd,
    side_by_side.liquidations_usd,
    side_by_side.liquidation_count,
    side_by_side.largest_liquidation_usd,
    side_by_side.recorded_share,
    side_by_side.liquidations_coin / nullif(recorded.liquidations_coin, 0) as tape_ratio
from side_by_side
inner join {{ ref('int_calendar') }} as calendar
    on
        side_by_side.asset = calendar.asset
        and side_by_side.day = calendar.day
        and calendar.is_in_window
left join recorded
    on
        side_by_side.asset = recorded.asset
        and side_by_side.venue = recorded.venue
        and side_by_side.instrument = recorded.instrument
        and side_by_side.day = recorded.day
