-- Hourly funding of Deribit's perpetuals, newest per (symbol, hour). It accrues all the time; the hours of a
-- day add up to its funding.
with

source as (

    {{ newest_per_key(
        source('deribit', 'deribit_funding'),
        key=['symbol', 'settled_at'],
        ties=['interest_1h', 'interest_8h']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(1 as double) as interval_hours,
        interest_1h as funding_rate,
        index_price as index_price_usd,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
