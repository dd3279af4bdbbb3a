-- Hourly and daily bars of Bybit's perpetuals, newest per (symbol, bar interval, open).
with

source as (

    {{ newest_per_key(
        source('bybit', 'bybit_klines'),
        key=['symbol', '"interval"', 'open_at'],
        ties=['volume_usd desc', 'volume_coin desc', 'close']
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
        volume_usd,
        cast(null as bigint) as trade_count,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
