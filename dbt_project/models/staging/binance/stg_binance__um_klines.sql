-- USDT-margined perpetual bars of Binance, hourly and daily, newest per (symbol, bar interval, open).
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_um_klines'),
        key=['symbol', '"interval"', 'open_at'],
        ties=['channel', 'trade_count desc', 'volume desc', 'close']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        "interval" as bar_interval,
        cast(open_at as date) as day,

        ---------- numbers
        open as open_usd,
        high as high_usd,
        low as low_usd,
        close as close_usd,
        volume as volume_coin,
        quote_volume as volume_usd,
        trade_count,
        taker_buy_volume as taker_buy_volume_coin,
        taker_buy_quote_volume as taker_buy_volume_usd,

        ---------- text
        channel,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
