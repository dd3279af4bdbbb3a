-- Daily funding bars of Coinalyze in percent per settlement, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        'coinalyze', 'coinalyze_funding',
        ties=['close', 'open', 'high', 'low']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        open as open_pct,
        high as high_pct,
        low as low_pct,
        close as close_pct,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
