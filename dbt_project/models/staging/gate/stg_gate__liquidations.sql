-- Daily liquidations of Gate's USDT-margined perpetuals.
{{ staged_gate_liquidations(
    'gate_contract_stats', {'day': 'cast(open_at as date)', 'period_hours': '24e0'}
) }}
