-- Liquidation orders of OKX's perpetual swaps by the side of the position that was closed.
{{ staged(
    'okx', 'okx_liquidations',
    shape='liquidation_events', ties=['position_side'],
    columns={
        'contracts': 'contracts',
        'price_usd': 'bankruptcy_price',
        'price_kind': "'bankruptcy'",
        'order_side': 'order_side',
    }
) }}
