-- Daily bars of OKX's perpetual swaps, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('okx', 'okx_klines'),
        key=['symbol', 'open_at'],
        ties=['volume_contracts desc', 'volume_usd desc', 'close']
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
        volume_contracts,
        volume_coin,
        volume_usd,
        cast(null as bigint) as trade_count,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
