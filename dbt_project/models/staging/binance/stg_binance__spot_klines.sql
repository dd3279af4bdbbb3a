-- Spot bars of Binance, hourly and daily.
{{ staged(
    'binance', 'binance_spot_klines',
    shape='bars', ties=['channel', 'trade_count desc', 'volume desc', 'close'],
    columns={
        'bar_interval': '"interval"',
        'volume_coin': 'volume',
        'volume_usd': 'quote_volume',
        'trade_count': 'trade_count',
        'taker_buy_volume_coin': 'taker_buy_volume',
        'taker_buy_volume_usd': 'taker_buy_quote_volume',
        'channel': 'channel',
    }
) }}
