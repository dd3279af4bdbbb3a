-- Funding settlements of Bybit's perpetuals, newest per (symbol, settlement).
with

source as (

    {{ newest_per_key(
        source('bybit', 'bybit_funding'),
        key=['symbol', 'settled_at'],
        ties=['funding_rate']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(null as double) as interval_hours,
        funding_rate,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
