-- Extremes of the rolling 24-hour move of each spot pair, over the windows that end in a day: on the hour, from 01:00
-- to 24:00. Close-to-close alone misses a fall that midnight cuts in two or that the evening takes back.
{{ config(materialized='by_day') }}

with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument
    from {{ ref('stg_ops__instruments') }}
    where market = 'spot'

),

bars as (

    select
        'binance_spot_klines' as feed,
        symbol,
        day,
        open_at,
        high_usd,
        low_usd,
        close_usd,
        volume_usd
    from {{ ref('stg_binance__spot_klines__hourly') }}
    where
        bar_interval = '1h'
        and {{ is_plausible('hourly_bars') }}
        and {{ was_traded() }}
        and {{ in_days_to_build('open_at', days_before=1) }}

),

windows as (

    select
        bars.feed,
        bars.symbol,
        bars.day,
        bars.volume_usd,
        bars.open_at + interval '1' hour as ended_at,
        {{ change_pct('bars.close_usd', 'earlier.close_usd') }} as return_pct,
        {{ change_pct('bars.low_usd', 'earlier.close_usd') }} as low_pct,
        {{ change_pct('bars.high_usd', 'earlier.close_usd') }} as high_pct
    from bars
    inner join bars as earlier
        on
            bars.feed = earlier.feed
            and bars.symbol = earlier.symbol
            and earlier.open_at = bars.open_at - interval '24' hour

),

with_extremes as (

    select
        feed,
        symbol,
        day,
        volume_usd,
        ended_at,
        return_pct,
        low_pct,
        high_pct,
        min(return_pct) over (partition by feed, symbol, day) as worst_return_pct,
        max(return_pct) over (partition by feed, symbol, day) as best_return_pct
    from windows

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    with_extremes.day,
    min(with_extremes.return_pct) as worst_return_24h_pct,
    min(case when with_extremes.return_pct = with_extremes.worst_return_pct then with_extremes.ended_at end)
        as worst_return_24h_ended_at,
    max(with_extremes.return_pct) as best_return_24h_pct,
    min(case when with_extremes.return_pct = with_extremes.best_return_pct then with_extremes.ended_at end)
        as best_return_24h_ended_at,
    min(with_extremes.low_pct) as low_vs_close_24h_before_pct,
    max(with_extremes.high_pct) as high_vs_close_24h_before_pct,
    count(with_extremes.return_pct) as window_count,
    {{ total('with_extremes.volume_usd') }} as volume_usd
from with_extremes
inner join instruments
    on
        with_extremes.feed = instruments.feed
        and with_extremes.symbol = instruments.symbol
group by instruments.asset, instruments.venue, instruments.instrument, with_extremes.day
