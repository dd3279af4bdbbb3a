-- Daily bars of Kraken Futures's perpetuals, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('kraken', 'kraken_klines'),
        key=['symbol', 'open_at'],
        ties=['volume desc', 'close', 'open', 'high', 'low']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        '1d' as bar_interval,
        cast(open_at as date) as day,

        ---------- numbers
        open as open_usd,
        high as high_usd,
        low as low_usd,
        close as close_usd,
        volume as volume_coin,
        cast(null as double) as volume_usd,
        cast(null as bigint) as trade_count,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
