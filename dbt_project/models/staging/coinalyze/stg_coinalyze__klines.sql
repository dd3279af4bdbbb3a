-- Daily bars of Coinalyze, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('coinalyze', 'coinalyze_klines'),
        key=['symbol', 'open_at'],
        ties=['close desc', 'volume desc']
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
        -- counted as the exchange counts it, so neither coins nor USD for every contract
        volume as volume_contracts,
        cast(null as double) as volume_coin,
        cast(null as double) as volume_usd,
        cast(null as bigint) as trade_count,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
