-- Funding settlements of Binance's coin-margined perpetuals, newest per (symbol, settlement).
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_cm_funding'),
        key=['symbol', 'settled_at'],
        ties=['channel', 'interval_hours', 'funding_rate']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        interval_hours,
        funding_rate,
        mark_price as mark_price_usd,

        ---------- text
        channel,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
