-- Hourly funding of Kraken Futures' linear perpetuals.
{{ staged(
    'kraken', 'kraken_funding',
    shape='funding', ties=['channel desc', 'relative_rate'],
    columns={
        'interval_hours': 'cast(1 as double)',
        'funding_rate': 'relative_rate',
        'funding_usd_per_contract': 'absolute_rate',
        'channel': 'channel',
    }
) }}
