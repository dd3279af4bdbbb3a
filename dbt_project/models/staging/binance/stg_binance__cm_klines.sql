-- Coin-margined perpetual bars of Binance, daily, newest per (symbol, bar interval, open).
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_cm_klines'),
        key=['symbol', '"interval"', 'open_at'],
        ties=['channel', 'trade_count desc', 'volume_contracts desc', 'close']
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
        volume_coin,
        -- contracts times their size, which is the catalogue's to know
        cast(null as double) as volume_usd,
        volume_contracts,
        trade_count,
        taker_buy_volume_coin,
        taker_buy_volume_contracts,

        ---------- text
        channel,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
