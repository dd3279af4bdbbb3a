-- Single liquidations of Gate's USDT-margined perpetuals. The venue does not number them, so two of the same contract,
-- second, size and prices are one.
{{ staged(
    'gate', 'gate_liquidations',
    shape='liquidation_events', ties=['left_contracts'],
    columns={
        'position_side': "case when position_contracts > 0 then 'long' else 'short' end",
        'price_kind': "'fill'",
        'contracts': 'abs(position_contracts)',
        'price_usd': 'fill_price',
        'order_price_usd': 'order_price',
    }
) }}
