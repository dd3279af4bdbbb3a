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
        close as open_interest_contracts,
        cast(null as double) as open_interest_coin,
        cast(null as double) as open_interest_usd,
        cast(null as double) as mark_price_usd,

        ---------- flags
        -- compared with the exchange's own figure for Binance alone, see open_interest_by_venue_daily
        case when symbol like '%.A' then false end as is_both_sides,

        ---------- timestamps
        -- the close of a day is an observation at 24:00
        open_at + interval '1' day as snapshot_at,
        open_at,
        ingested_at

    from source

)

select * from renamed
