-- Hourly liquidations of Gate's USDT-margined perpetuals, of the hours that the hourly marts have.
{{ staged_gate_liquidations(
    'gate_hourly_contract_stats', {'period_hours': '1e0'}, since=first_hour_read()
) }}
