-- Funding settlements of Bybit's perpetuals.
{{ staged(
    'bybit', 'bybit_funding',
    shape='funding', ties=['funding_rate']
) }}
