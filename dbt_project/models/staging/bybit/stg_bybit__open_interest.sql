-- Daily open interest of Bybit's perpetuals, newest per (symbol, snapshot): one side where the venue says it.
with

source as (

    {{ newest_per_key(
        source('bybit', 'bybit_open_interest'),
        key=['symbol', 'snapshot_at'],
        ties=[
            'open_interest_coin desc', 'open_interest_usd desc',
            'open_interest_both_sides_coin desc', 'open_interest_both_sides_usd desc'
        ]
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(null as double) as open_interest_contracts,
        coalesce(open_interest_coin, open_interest_both_sides_coin) as open_interest_coin,
        coalesce(open_interest_usd, open_interest_both_sides_usd) as open_interest_usd,
        open_interest_both_sides_coin,
        open_interest_both_sides_usd,
        cast(null as double) as mark_price_usd,

        ---------- flags
        open_interest_coin is null and open_interest_usd is null as is_both_sides,

        ---------- timestamps
        snapshot_at,
        ingested_at

    from source

)

select * from renamed
