-- Daily spot bar of each venue and pair, with the close of the day before of the same pair.
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
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd
    from {{ ref('stg_binance__spot_klines') }}
    where bar_interval = '1d'

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    bars.day,
    bars.open_usd,
    bars.high_usd,
    bars.low_usd,
    bars.close_usd,
    bars.volume_coin,
    bars.volume_usd,
    previous.close_usd as previous_close_usd
from bars
inner join instruments
    on
        bars.feed = instruments.feed
        and bars.symbol = instruments.symbol
left join bars as previous
    on
        bars.feed = previous.feed
        and bars.symbol = previous.symbol
        and previous.day = cast(bars.day - interval '1' day as date)
