-- Daily bars of OKX's perpetual swaps.
{{ staged(
    'okx', 'okx_klines',
    shape='bars', ties=['volume_contracts desc', 'volume_usd desc', 'close'],
    columns={
        'volume_contracts': 'volume_contracts',
        'volume_usd': 'volume_usd',
    }
) }}
