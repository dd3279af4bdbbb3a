-- Trades of Deribit's perpetuals in which a position was closed by force, by the side of the position.
{{ staged(
    'deribit', 'deribit_liquidations',
    shape='liquidation_events', ties=['happened_at', 'amount_contracts', 'price'],
    columns={
        'event_id': 'trade_id',
        'contracts': 'amount_contracts',
        'index_price_usd': 'index_price',
        'price_kind': "'fill'",
        'liquidated_party': 'liquidation',
        'taker_direction': 'direction',
    }
) }}
