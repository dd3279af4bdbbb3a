-- Funding settlements of OKX's perpetual swaps at the rate that was paid, newest per (symbol, settlement).
with

source as (

    {{ newest_per_key(
        source('okx', 'okx_funding'),
        key=['symbol', 'settled_at'],
        ties=['funding_rate', 'predicted_rate']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(null as double) as interval_hours,
        funding_rate,
        predicted_rate,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
