-- Daily bars of Coinalyze, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('coinalyze', 'coinalyze_klines'),
        key=['symbol', 'open_at'],
        ties=['close desc', 'volume desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        close as close_usd,
        volume as volume_contracts,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
