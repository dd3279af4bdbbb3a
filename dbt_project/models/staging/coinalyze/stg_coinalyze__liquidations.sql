-- Daily liquidations of Coinalyze in coins, by the side of the position that was closed, newest per (symbol,
-- day).
with

source as (

    {{ newest_per_key(
        source('coinalyze', 'coinalyze_liquidations'),
        key=['symbol', 'open_at'],
        ties=['long_coin desc', 'short_coin desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        24.0 as period_hours,
        cast(null as double) as long_contracts,
        cast(null as double) as short_contracts,
        cast(null as double) as total_contracts,
        long_coin,
        short_coin,
        cast(null as double) as total_coin,
        cast(null as double) as long_usd,
        cast(null as double) as short_usd,
        cast(null as double) as total_usd,
        cast(null as bigint) as event_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from source

)

select * from renamed
