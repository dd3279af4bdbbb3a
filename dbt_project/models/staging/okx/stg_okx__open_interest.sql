-- Daily open interest of OKX's perpetual swaps at the end of the day, newest per (symbol, day).
with

source as (

    {{ newest_per_key(
        source('okx', 'okx_open_interest'),
        key=['symbol', 'period_start_at'],
        ties=['open_interest_contracts desc', 'open_interest_coin desc', 'open_interest_usd desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        cast(null as double) as mark_price_usd,

        ---------- flags
        cast(null as boolean) as is_both_sides,

        ---------- timestamps
        period_start_at + interval '1' day as snapshot_at,
        ingested_at

    from source

)

select * from renamed
