-- Daily spot bars of Coinbase Exchange against USD.
{{ staged(
    'coinbase', 'coinbase_spot_klines',
    shape='bars', ties=['volume desc', 'close'],
    columns={
        'volume_coin': 'volume',
    }
) }}
