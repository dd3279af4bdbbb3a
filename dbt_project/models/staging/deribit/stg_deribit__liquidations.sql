-- Trades of Deribit's perpetuals in which a position was closed by force, newest per (symbol, trade, side of
-- the position).
with

source as (

    {{ newest_per_key(
        source('deribit', 'deribit_liquidations'),
        key=['symbol', 'trade_id', 'position_side'],
        ties=['happened_at', 'amount_contracts', 'price']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        trade_id as event_id,
        position_side,

        ---------- numbers
        amount_contracts as contracts,
        cast(null as double) as coin,
        cast(null as double) as usd,
        price as price_usd,
        index_price as index_price_usd,

        ---------- text
        'fill' as price_kind,
        liquidation as liquidated_party,
        direction as taker_direction,

        ---------- timestamps
        happened_at,
        ingested_at

    from source

)

select * from renamed
