-- Daily open interest of Gate's USDT-margined perpetuals, newest per (symbol, day). A day's row is rewritten until the
-- day is over, so its value stands for 24:00.
with

source as (

    {{ newest_per_key(
        source('gate', 'gate_contract_stats'),
        key=['symbol', 'open_at'],
        ties=['open_interest_contracts', 'open_interest_usd']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        open_interest_contracts,
        cast(null as double) as open_interest_coin,
        open_interest_usd,
        mark_price as mark_price_usd,
        account_ratio,
        taker_ratio,
        top_trader_account_ratio,
        top_trader_position_ratio,
        long_holder_count,
        short_holder_count,

        ---------- flags
        cast(null as boolean) as is_both_sides,

        ---------- timestamps
        open_at + interval '1' day as snapshot_at,
        ingested_at

    from source

)

select * from renamed
