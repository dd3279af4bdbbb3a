-- Daily open-interest bars of Coinalyze in contract units (coins for linear, USD for inverse), newest per
-- (symbol, day).
with

source as (

    {{ newest_per_key(
        source('coinalyze', 'coinalyze_open_interest'),
        key=['symbol', 'open_at'],
        ties=['close', 'open', 'high', 'low']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        open as open_contracts,
        high as high_contracts,
        low as low_contracts,
        close as close_contracts,

        ---------- timestamps
        open_at,
        ingested_at

    from source

)

select * from renamed
