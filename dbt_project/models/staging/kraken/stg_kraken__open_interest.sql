-- Open interest of Kraken Futures' linear perpetuals at the end of each day, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('kraken', 'kraken_open_interest'),
        key=['symbol', 'open_at'],
        ties=['close', 'open', 'high', 'low']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        close as open_interest_contracts,
        cast(null as double) as open_interest_coin,
        cast(null as double) as open_interest_usd,
        cast(null as boolean) as is_both_sides,
        cast(null as double) as mark_price_usd,

        ---------- timestamps
        open_at + interval '1' day as snapshot_at,
        ingested_at

    from source

)

select * from renamed
