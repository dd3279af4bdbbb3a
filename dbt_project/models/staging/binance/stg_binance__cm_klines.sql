-- Coin-margined perpetual bars of Binance, daily. USD would be contracts times their size, which only the catalogue
-- knows.
{{ staged(
    'binance', 'binance_cm_klines',
    shape='bars', ties=['channel', 'trade_count desc', 'volume_contracts desc', 'close'],
    columns={
        'bar_interval': quoted('interval'),
        'volume_contracts': 'volume_contracts',
        'trade_count': 'trade_count',
        'taker_buy_volume_coin': 'taker_buy_volume_coin',
        'taker_buy_volume_contracts': 'taker_buy_volume_contracts',
        'channel': 'channel',
    }
) }}
