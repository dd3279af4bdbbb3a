-- Hourly funding of Kraken Futures' linear perpetuals, newest per (symbol, hour).
with

source as (

    {{ newest_per_key(
        source('kraken', 'kraken_funding'),
        key=['symbol', 'settled_at'],
        ties=['channel desc', 'relative_rate']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(1 as double) as interval_hours,
        relative_rate as funding_rate,
        absolute_rate as funding_usd_per_contract,

        ---------- text
        channel,

        ---------- timestamps
        settled_at,
        ingested_at

    from source

)

select * from renamed
