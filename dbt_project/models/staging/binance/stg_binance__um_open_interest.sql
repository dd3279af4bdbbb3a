-- Five-minute open interest of Binance's USDT-margined perpetuals.
{{ staged(
    'binance', 'binance_um_open_interest',
    shape='open_interest', ties=['labelled_at', 'channel', 'open_interest_coin', 'open_interest_usd'],
    columns={
        'open_interest_coin': 'open_interest_coin',
        'open_interest_usd': 'open_interest_usd',
        'is_both_sides': 'false',
        'top_trader_account_ratio': 'top_trader_account_ratio',
        'top_trader_position_ratio': 'top_trader_position_ratio',
        'account_ratio': 'account_ratio',
        'taker_volume_ratio': 'taker_volume_ratio',
        'channel': 'channel',
        'labelled_at': 'labelled_at',
    }
) }}
