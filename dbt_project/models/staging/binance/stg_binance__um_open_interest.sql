-- Five-minute open interest of Binance's USDT-margined perpetuals, newest per (symbol, snapshot).
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_um_open_interest'),
        key=['symbol', 'snapshot_at'],
        ties=['labelled_at', 'channel', 'open_interest_coin', 'open_interest_usd']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(null as double) as open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        top_trader_account_ratio,
        top_trader_position_ratio,
        account_ratio,
        taker_volume_ratio,

        ---------- text
        channel,
        cast(null as double) as mark_price_usd,

        ---------- flags
        false as is_both_sides,

        ---------- timestamps
        snapshot_at,
        labelled_at,
        ingested_at

    from source

)

select * from renamed
