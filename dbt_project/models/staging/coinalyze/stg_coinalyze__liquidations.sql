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
        long_coin,
        short_coin,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
