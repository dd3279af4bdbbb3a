-- Hourly liquidations that CoinGlass sums over the exchanges of the symbol, by the side of the position that was
-- closed, newest per (symbol, hour).
with

source as (

    {{ newest_per_key(
        source('coinglass', 'coinglass_liquidations'),
        key=['symbol', 'open_at'],
        ties=['long_usd desc', 'short_usd desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        1 as period_hours,
        cast(null as double) as long_contracts,
        cast(null as double) as short_contracts,
        cast(null as double) as long_coin,
        cast(null as double) as short_coin,
        long_usd,
        short_usd,
        cast(null as double) as total_contracts,
        cast(null as double) as total_coin,
        cast(null as double) as total_usd,
        cast(null as bigint) as event_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from source

)

select * from renamed
