-- Daily bars of Kraken Futures' perpetuals.
{{ staged(
    'kraken', 'kraken_klines',
    shape='bars', ties=['volume desc', 'close', 'open', 'high', 'low'],
    columns={
        'volume_coin': 'volume',
    }
) }}
