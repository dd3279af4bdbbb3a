-- Funding settlements of Gate's USDT-margined perpetuals.
{{ staged(
    'gate', 'gate_funding',
    shape='funding', ties=['funding_rate']
) }}
