-- Liquidation orders of OKX's perpetual swaps by the side of the position that was closed: unknown where it contradicts
-- the side of the order.
{{ staged(
    'okx', 'okx_liquidations',
    shape='liquidation_events', ties=['position_side'],
    columns={
        'position_side': "case when position_side = case order_side when 'sell' then 'long' when 'buy' then 'short' end"
            ~ ' then position_side end',
        'contracts': 'contracts',
        'price_usd': 'bankruptcy_price',
        'price_kind': "'bankruptcy'",
        'order_side': 'order_side',
    }
) }}
