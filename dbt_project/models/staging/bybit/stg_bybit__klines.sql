-- Hourly and daily bars of Bybit's perpetuals.
{{ staged(
    'bybit', 'bybit_klines',
    shape='bars', ties=['volume_usd desc', 'volume_coin desc', 'close'],
    columns={
        'bar_interval': quoted('interval'),
        'volume_usd': 'volume_usd',
    }
) }}
