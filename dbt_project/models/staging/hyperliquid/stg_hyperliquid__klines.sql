-- Daily bars of Hyperliquid's perpetuals.
{{ staged(
    'hyperliquid', 'hyperliquid_klines',
    shape='bars', ties=['volume desc', 'close', 'open', 'high', 'low'],
    columns={
        'volume_coin': 'volume',
        'trade_count': 'trade_count',
    }
) }}
