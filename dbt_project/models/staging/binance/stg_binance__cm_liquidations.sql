-- Forced orders of Binance's coin-margined perpetuals by the side of the position that was closed. An order of which
-- nothing was filled closed no position.
{{ staged(
    'binance', 'binance_cm_liquidations',
    shape='liquidation_events', ties=['order_status', 'original_contracts'],
    columns={
        'position_side': "case order_side when 'SELL' then 'long' when 'BUY' then 'short' end",
        'contracts': 'filled_contracts',
        'price_usd': 'average_price',
        'price_kind': "'average fill'",
        'order_side': 'order_side',
        'order_price_usd': 'price',
        'order_status': 'order_status',
    },
    where='filled_contracts > 0'
) }}
