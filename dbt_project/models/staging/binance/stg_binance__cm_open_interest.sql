-- Five-minute open interest of Binance's coin-margined perpetuals, newest per (symbol, snapshot).
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_cm_open_interest'),
        key=['symbol', 'snapshot_at'],
        ties=['labelled_at', 'channel', 'open_interest_contracts', 'open_interest_coin']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        open_interest_contracts,
        open_interest_coin,
        -- contracts times their size, which is the catalogue's to know
        cast(null as double) as open_interest_usd,
        top_trader_account_ratio,
        top_trader_position_ratio,
        account_ratio,
        taker_volume_ratio,
        cast(null as double) as mark_price_usd,

        ---------- flags
        false as is_both_sides,

        ---------- text
        channel,

        ---------- timestamps
        snapshot_at,
        labelled_at,
        ingested_at

    from source

)

select * from renamed
