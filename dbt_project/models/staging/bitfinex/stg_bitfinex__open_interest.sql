-- Hourly open interest of Bitfinex's perpetuals in coins, newest per (symbol, snapshot): the last minute of each hour.
with

source as (

    {{ newest_per_key(
        source('bitfinex', 'bitfinex_status'),
        key=['symbol', 'snapshot_at'],
        ties=['open_interest_coin', 'next_funding_at', 'funding_rate']
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
        mark_price as mark_price_usd,

        ---------- flags
        cast(null as boolean) as is_both_sides,

        ---------- timestamps
        snapshot_at,
        ingested_at

    from source

)

select * from renamed
