-- Daily spot bars of Coinbase Exchange against USD, newest per (symbol, open).
with

source as (

    {{ newest_per_key(
        source('coinbase', 'coinbase_spot_klines'),
        key=['symbol', 'open_at'],
        ties=['volume desc', 'close']
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
