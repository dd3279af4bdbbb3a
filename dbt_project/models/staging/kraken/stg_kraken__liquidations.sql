-- Daily volume of Kraken Futures' linear perpetuals closed by force, longs and shorts together, newest per
-- (symbol, day).
with

source as (

    {{ newest_per_key(
        source('kraken', 'kraken_liquidations'),
        key=['symbol', 'open_at'],
        ties=['volume_coin desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(24 as double) as period_hours,
        cast(null as double) as long_contracts,
        cast(null as double) as long_coin,
        cast(null as double) as long_usd,
        cast(null as double) as short_contracts,
        cast(null as double) as short_coin,
        cast(null as double) as short_usd,
        cast(null as double) as total_contracts,
        volume_coin as total_coin,
        cast(null as double) as total_usd,
        cast(null as bigint) as event_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from source

)

select * from renamed
