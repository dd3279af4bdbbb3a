-- Daily spot bar of each venue and pair, with the close of the day before of the same pair.
with

bars as (

    select
        asset,
        venue,
        instrument,
        day,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        -- a venue that publishes coins alone: at the close, which is within the range of the day
        coalesce(volume_usd, volume_coin * close_usd) as volume_usd
    from {{ ref('int_klines__all_venues') }}
    where market = 'spot'

)

select
    bars.asset,
    bars.venue,
    bars.instrument,
    bars.day,
    bars.open_usd,
    bars.high_usd,
    bars.low_usd,
    bars.close_usd,
    bars.volume_coin,
    bars.volume_usd,
    previous.close_usd as previous_close_usd
from bars
left join bars as previous
    on
        bars.asset = previous.asset
        and bars.venue = previous.venue
        and bars.instrument = previous.instrument
        and previous.day = cast(bars.day - interval '1' day as date)
