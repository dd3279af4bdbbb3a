-- Hourly funding settlements of Hyperliquid's perpetuals, newest per (symbol, settlement).
with

source as (

    {{ newest_per_key(
        source('hyperliquid', 'hyperliquid_funding'),
        key=['symbol', 'settled_at'],
        ties=['funding_rate', 'premium']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(1 as double) as interval_hours,
        funding_rate,
        premium,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
