-- Open interest of Hyperliquid's perpetuals at the moment of each run, newest per (symbol, snapshot).
with

source as (

    {{ newest_per_key(
        source('hyperliquid', 'hyperliquid_open_interest'),
        key=['symbol', 'snapshot_at'],
        ties=['open_interest_coin', 'mark_price']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(null as double) as open_interest_contracts,
        open_interest_coin,
        cast(null as double) as open_interest_usd,
        cast(null as boolean) as is_both_sides,
        mark_price as mark_price_usd,

        ---------- timestamps
        snapshot_at,
        ingested_at

    from source

)

select * from renamed
