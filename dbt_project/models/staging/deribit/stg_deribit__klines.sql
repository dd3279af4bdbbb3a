-- Daily bars of Deribit's perpetuals.
{{ staged(
    'deribit', 'deribit_klines',
    shape='bars', ties=['volume_coin desc', 'close', 'open', 'high', 'low'],
    columns={
        'volume_usd': 'volume_usd',
    }
) }}
