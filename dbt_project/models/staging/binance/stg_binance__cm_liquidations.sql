-- Forced orders of Binance's coin-margined perpetuals by the side of the position that was closed. Every order stands
-- once, however often it was fetched.
with

source as (

    {{ newest_per_key(
        source('binance', 'binance_cm_liquidations'),
        key=['symbol', 'happened_at', 'order_side', 'price', 'average_price', 'filled_contracts'],
        ties=['order_status', 'original_contracts']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        order_side,
        case order_side when 'SELL' then 'long' when 'BUY' then 'short' end as position_side,

        ---------- numbers
        filled_contracts as contracts,
        -- contracts times their size, which is the catalogue's to know, and that by the price
        cast(null as double) as coin,
        cast(null as double) as usd,
        average_price as price_usd,
        price as order_price_usd,

        ---------- text
        'average fill' as price_kind,
        order_status,

        ---------- timestamps
        happened_at,
        ingested_at

    from source
    -- an order that nothing of was filled closed no position
    where filled_contracts > 0

)

select * from renamed
