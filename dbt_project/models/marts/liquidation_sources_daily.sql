-- What each source says of the forced closings of an instrument and day, side by side and never added up.
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

recorded as (

    select
        asset,
        venue,
        instrument,
        day,
        source,
        long_coin,
        short_coin,
        long_usd,
        short_usd,
        event_count,
        largest_usd,
        recorded_share
    from {{ ref('int_liquidation_tape__by_day') }}

),

aggregated as (

    select
        instruments.asset,
        instruments.venue,
        instruments.instrument,
        liquidations.day,
        instruments.feed as source,
        liquidations.long_coin,
        liquidations.short_coin,
        liquidations.long_coin * closes.close_usd as long_usd,
        liquidations.short_coin * closes.close_usd as short_usd,
        cast(null as bigint) as event_count,
        cast(null as double) as largest_usd,
        cast(null as double) as recorded_share
    from {{ ref('stg_coinalyze__liquidations') }} as liquidations
    inner join instruments
        on
            liquidations.symbol = instruments.symbol
            and instruments.feed = 'coinalyze_liquidations'
    left join {{ ref('int_perpetual_closes') }} as closes
        on
            instruments.asset = closes.asset
            and instruments.venue = closes.venue
            and instruments.instrument = closes.instrument
            and liquidations.day = closes.day

),

side_by_side as (

    select * from recorded

    union all

    select * from aggregated

)

select
    side_by_side.asset,
    side_by_side.venue,
    side_by_side.instrument,
    side_by_side.day,
    side_by_side.source,
    side_by_side.long_coin,
    side_by_side.short_coin,
    side_by_side.long_coin + side_by_side.short_coin as total_coin,
    side_by_side.long_usd,
    side_by_side.short_usd,
    side_by_side.long_usd + side_by_side.short_usd as total_usd,
    side_by_side.event_count,
    side_by_side.largest_usd,
    side_by_side.recorded_share,
    (side_by_side.long_coin + side_by_side.short_coin) / nullif(recorded.long_coin + recorded.short_coin, 0)
        as tape_ratio
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
