-- Hourly funding settlements of Hyperliquid's perpetuals.
{{ staged(
    'hyperliquid', 'hyperliquid_funding',
    shape='funding', ties=['funding_rate', 'premium'],
    columns={
        'interval_hours': 'cast(1 as double)',
        'premium': 'premium',
    }
) }}
